// Elements by hand. Children that are not elements become text: nothing that was received is ever read as markup.

const SVG = 'http://www.w3.org/2000/svg'

/** `el('a', { href, class, onclick }, ...children)`; null, undefined and false are left out. */
export function el(tag, properties, ...children) {
  return filled(document.createElement(tag), properties, children)
}

export function svg(tag, properties, ...children) {
  return filled(document.createElementNS(SVG, tag), properties, children)
}

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (name === 'style') for (const [key, one] of Object.entries(value)) element.style.setProperty(key, one)
    else if (name === 'value') element.value = value
    else element.setAttribute(name, value === true ? '' : String(value))
  }
  for (const child of children.flat(3)) {
    if (child === null || child === undefined || child === false) continue
    element.append(child instanceof Node ? child : document.createTextNode(String(child)))
  }
  return element
}

export function fill(element, ...children) {
  element.replaceChildren()
  return filled(element, null, children)
}

/** Rows of [header, class] and of cells; cells of class `wide` are not shown on narrow screens. */
export function table(columns, rows, properties) {
  const cell = (tag) => (content, i) => el(tag, { class: columns[i][1] ?? '' }, content)
  return el(
    'div',
    { class: 'scroll' },
    el(
      'table',
      properties,
      el('thead', null, el('tr', null, columns.map(([name]) => name).map(cell('th')))),
      el(
        'tbody',
        null,
        rows.map((row) => el('tr', row.properties ?? null, (row.cells ?? row).map(cell('td')))),
      ),
    ),
  )
}

export function later(ms, action) {
  let timer
  return (...given) => {
    clearTimeout(timer)
    timer = setTimeout(() => action(...given), ms)
  }
}

let pressed = false
addEventListener('pointerdown', () => {
  pressed = true
})
for (const end of ['pointerup', 'pointercancel', 'dragend']) {
  addEventListener(end, () => {
    pressed = false
  })
}

/** At most once in `ms`, however often it is asked for, and not under a pressed pointer: what is clicked stays in its place. */
export function paced(ms, action) {
  let timer = null
  const run = () => {
    timer = null
    if (pressed) timer = setTimeout(run, 50)
    else action()
  }
  return () => {
    if (timer === null) timer = setTimeout(run, ms)
  }
}
