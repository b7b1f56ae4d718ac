// What several views show the same way.
import { el } from './dom.js'
import { colour, valueText } from './words.js'

/** The colour of a service. */
export function dot(service) {
  return el('i', { class: `dot ${colour(service)}` })
}

/** Attributes, one a line. */
export function pairs(attributes, none = '') {
  const rows = Object.entries(attributes)
  if (rows.length === 0) return none && el('p', { class: 'quiet' }, none)
  return el(
    'dl',
    { class: 'pairs' },
    rows.map(([key, value]) => [el('dt', null, key), el('dd', { class: typeof value }, valueText(value))]),
  )
}
