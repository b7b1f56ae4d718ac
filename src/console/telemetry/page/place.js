// Where we are, in the address: everything that is shown can be sent to a colleague as a link.
//   #/traces?service=shop&status=error&range=15m

export const RANGES = {
  '5m': 'last 5 minutes',
  '15m': 'last 15 minutes',
  '1h': 'last hour',
  '6h': 'last 6 hours',
  all: 'everything held',
}

export function here() {
  const [path, search = ''] = location.hash.replace(/^#\/?/, '').split('?')
  const [view, ...rest] = path.split('/')
  const given = {}
  for (const [name, value] of new URLSearchParams(search)) {
    if (value === '') continue
    given[name] = name in given ? [given[name], value].flat() : value
  }
  if (!(given.range in RANGES)) given.range = '15m'
  return { view: view || 'services', id: decoded(rest.join('/')), given }
}

function decoded(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export function link(view, id, given = {}) {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(given)) {
    if (name === 'range' && value === '15m') continue
    for (const one of [value].flat()) if (one !== undefined && one !== null && one !== '') search.append(name, one)
  }
  const text = String(search)
  return `#/${view}${id ? `/${encodeURIComponent(id)}` : ''}${text ? `?${text}` : ''}`
}

/** The same place with other parameters; typing does not fill the history. */
export function change(given) {
  const { view, id, given: before } = here()
  const next = link(view, id, { ...before, ...given })
  if (next === location.hash) return
  history.replaceState(null, '', next)
  dispatchEvent(new HashChangeEvent('hashchange'))
}

export function since({ range }) {
  return range === 'all' ? {} : { from: `-${range}` }
}
