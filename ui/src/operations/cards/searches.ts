// What was looked for in this tab: ids alone, never what was pasted around them. It ends with the tab, and is nobody else's.
import type { Ids } from './links.ts'

const KEY = 'telltale.searches'
const MOST = 8

interface Kept {
  readonly who: string
  readonly ids: readonly Ids[]
}

export type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

export function recent(who: string, shelf: Shelf): readonly Ids[] {
  try {
    const kept = JSON.parse(shelf.getItem(KEY) ?? 'null') as Kept | null
    return kept?.who === who ? kept.ids : []
  } catch {
    return []
  }
}

/** The newest first, each once. */
export function remember(who: string, { trace_id, span_id, correlation_id }: Ids, shelf: Shelf): readonly Ids[] {
  const one: Ids = { trace_id, span_id, correlation_id }
  if (trace_id === null && correlation_id === null) return recent(who, shelf)
  const others = recent(who, shelf).filter((before) => nameOf(before) !== nameOf(one))
  const ids = [one, ...others].slice(0, MOST)
  try {
    shelf.setItem(KEY, JSON.stringify({ who, ids } satisfies Kept))
  } catch {}
  return ids
}

export function forget(shelf: Shelf): readonly Ids[] {
  try {
    shelf.removeItem(KEY)
  } catch {}
  return []
}

export const nameOf = ({ trace_id, correlation_id }: Ids): string => trace_id ?? correlation_id ?? ''
