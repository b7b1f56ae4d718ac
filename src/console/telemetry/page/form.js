// Filters above a list: each field is one parameter of the place.
import { ask } from './api.js'
import { el, fill, later } from './dom.js'
import { change, here } from './place.js'

/** `fields`: { name, label, hint?, options?: [[value, text]], list?: async () => [values], grow? } */
export function filters(fields) {
  const typed = later(350, (name, value) => change({ [name]: value }))
  const inputs = new Map()
  const form = el(
    'form',
    { class: 'filters', role: 'search', onsubmit: (event) => event.preventDefault() },
    fields.map((field) => {
      const input = field.options || field.service ? select(field) : written(field, typed)
      inputs.set(field.name, input)
      return el(
        'label',
        { class: field.grow ? 'grow' : field.short ? 'short' : '' },
        el('span', null, field.label),
        input,
        field.list && suggestions(field, input),
      )
    }),
  )
  const show = () => {
    const { given } = here()
    for (const [name, input] of inputs) {
      if (input !== document.activeElement || input.tagName === 'SELECT')
        set(input, [given[name] ?? ''].flat().join(' && '))
    }
  }
  show()
  return { form, show }
}

function written({ name, hint, type = 'text' }, typed) {
  return el('input', {
    type,
    name,
    placeholder: hint,
    autocomplete: 'off',
    spellcheck: 'false',
    min: type === 'number' ? 0 : null,
    oninput: ({ target }) =>
      typed(name, name === 'attribute' ? target.value.split('&&').map((one) => one.trim()) : target.value),
  })
}

function select(field) {
  const input = el(
    'select',
    { name: field.name, onchange: ({ target }) => change({ [field.name]: target.value }) },
    (field.options ?? [['', 'all']]).map(([value, text]) => el('option', { value }, text)),
  )
  if (field.service) {
    ask('services')
      .then(({ items }) => {
        const { value } = input
        fill(
          input,
          [['', 'all'], ...items.map(({ service }) => [service, service])].map(([one, text]) =>
            el('option', { value: one }, text),
          ),
        )
        set(input, value || here().given[field.name] || '')
      })
      .catch(() => {})
  }
  return input
}

/** A select shows what the place asks for, though its options may not know it yet. */
function set(input, value) {
  if (input.tagName === 'SELECT' && ![...input.options].some((one) => one.value === value)) {
    input.append(el('option', { value }, value))
  }
  input.value = value
}

function suggestions({ name, list }, input) {
  const id = `list-${name}`
  const data = el('datalist', { id })
  input.setAttribute('list', id)
  input.addEventListener(
    'focus',
    async () =>
      fill(
        data,
        (await list().catch(() => [])).map((value) => el('option', { value })),
      ),
    { once: true },
  )
  return data
}

export function attributeField(signal) {
  return {
    name: 'attribute',
    label: 'Attributes',
    hint: 'http.response.status_code>=500 && db.system.name',
    grow: true,
    list: async () => {
      const { items } = await ask('attributes', { signal, values: 5 })
      return items.slice(0, 60).flatMap(({ key, values }) => [key, ...values.map(({ value }) => `${key}=${value}`)])
    },
  }
}
