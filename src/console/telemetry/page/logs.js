// Log lines, newest first, kept up to date by the stream; a line opens to its attributes and leads to its trace.
import { ask, listen } from './api.js'
import { el, fill, paced } from './dom.js'
import { attributeField, filters } from './form.js'
import { logLines } from './lines.js'
import { link, since } from './place.js'
import { LEVELS } from './words.js'

const SHOWN = 200
const MOST = 1000

export function logsView(root, place, { status }) {
  let { given } = place
  let lines = new Map()
  let cursor = null
  let most = SHOWN
  const opened = new Set()
  const list = el('div')
  const { form, show } = filters([
    { name: 'service', label: 'Service', service: true },
    {
      name: 'severity',
      label: 'Level',
      options: [['', 'all'], ...LEVELS.slice(1).map((one) => [one, one === 'fatal' ? one : `${one} and worse`])],
    },
    { name: 'text', label: 'Text', hint: 'part of the line', grow: true },
    { name: 'trace_id', label: 'Trace', hint: '32 hex digits' },
    attributeField('logs'),
  ])
  fill(root, el('h1', null, 'Logs'), form, list)
  const asked = () => {
    const { range: _, ...rest } = given
    return { ...rest, ...since(given) }
  }

  function draw() {
    const shown = [...lines.values()].sort((a, b) => b.time_ms - a.time_ms || b.number - a.number).slice(0, most)
    lines = new Map(shown.map((line) => [line.number, line]))
    fill(
      list,
      shown.length > 0 ? logLines(shown, given, null, opened) : nothing(given),
      cursor !== null && el('button', { type: 'button', class: 'more', onclick: () => older() }, 'More'),
    )
  }

  async function older() {
    const page = await ask('logs', { ...asked(), limit: SHOWN, cursor })
    most = Math.min(MOST, most + SHOWN)
    for (const line of page.items) lines.set(line.number, line)
    cursor = most === MOST ? null : page.next_cursor
    draw()
  }

  const soon = paced(250, draw)
  return {
    update(next) {
      given = next.given
      show()
      most = SHOWN
    },
    async refresh(signal) {
      const page = await ask('logs', { ...asked(), limit: SHOWN }, signal)
      lines = new Map(page.items.map((line) => [line.number, line]))
      cursor = page.next_cursor
      draw()
    },
    follow() {
      return listen(
        'logs',
        asked(),
        'log',
        (line) => {
          lines.set(line.number, line)
          soon()
        },
        status,
      )
    },
  }
}

function nothing(given) {
  return el(
    'p',
    { class: 'nothing' },
    'No log line matches.',
    given.range !== 'all' && [
      ' ',
      el('a', { href: link('logs', '', { ...given, range: 'all' }) }, 'Look at everything held'),
    ],
  )
}
