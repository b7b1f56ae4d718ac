// The place is the URL, and the URL is the only state that pages share: what is seen can be sent to someone else, and
// back and forward go through it.
import { computed, signal } from '@preact/signals'

export interface Place {
  readonly path: string
  readonly query: URLSearchParams
}

export type QueryChange = Readonly<Record<string, string | number | readonly string[] | null | undefined>>

/** Kept by every link: when is looked at, in which zone, and whether it moves. */
const CARRIED = ['from', 'to', 'live', 'zone']

const url = signal(new URL(location.href))

export const place = computed<Place>(() => ({ path: url.value.pathname, query: url.value.searchParams }))

export const query = (name: string): string | undefined => place.value.query.get(name) ?? undefined
export const queryAll = (name: string): string[] => place.value.query.getAll(name)

/** A link to a page, with what is carried and with `change`. */
export function href(path: string, change: QueryChange = {}): string {
  const kept = new URLSearchParams()
  for (const name of CARRIED) {
    const value = place.value.query.get(name)
    if (value !== null) kept.set(name, value)
  }
  return path + text(changed(kept, change))
}

/** A link to where one is, changed: null or '' takes out, arrays repeat. */
export function hrefHere(change: QueryChange): string {
  return place.value.path + text(changed(new URLSearchParams(place.value.query), change))
}

export function go(path: string, change: QueryChange = {}): void {
  visit(href(path, change), false)
}

export function setQuery(change: QueryChange, { replace = false } = {}): void {
  visit(hrefHere(change), replace)
}

export function visit(target: string, replace: boolean): void {
  const next = new URL(target, location.href)
  if (next.href === url.peek().href) return
  const samePage = next.pathname === url.peek().pathname
  if (replace) history.replaceState(null, '', next)
  else history.pushState(null, '', next)
  url.value = next
  if (!samePage) arrived.value++
}

/** Counts arrivals at another page by a link: the reader begins at its top. */
export const arrived = signal(0)

/** Catches clicks on links to pages of ours, and the browser's back and forward. */
export function listen(): void {
  addEventListener('popstate', () => {
    url.value = new URL(location.href)
  })
  document.addEventListener('click', (event) => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return
    const link = (event.target as Element).closest?.('a[href]')
    if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin || link.target !== '') return
    if (link.pathname.startsWith('/api/') || link.hasAttribute('download')) return
    event.preventDefault()
    visit(link.href, false)
  })
}

function changed(query: URLSearchParams, change: QueryChange): URLSearchParams {
  for (const [name, value] of Object.entries(change)) {
    query.delete(name)
    if (Array.isArray(value)) for (const one of value) query.append(name, one)
    else if (value !== null && value !== undefined && value !== '') query.set(name, String(value))
  }
  return query
}

function text(query: URLSearchParams): string {
  const said = query.toString().replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%2C', ',')
  return said === '' ? '' : `?${said}`
}
