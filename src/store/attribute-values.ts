// Which attributes there are, with their commonest values: what a search box offers. A bounded look at the newest records.
import type { Flat } from '../model/attribute.ts'
import type { AttributeRow } from './answers.ts'
import { plainText } from './plain.ts'
import type { Store } from './store.ts'

export interface AttributeQuestion {
  readonly signal: 'traces' | 'logs'
  readonly service?: string
  /** Only keys that begin so. */
  readonly prefix?: string
  /** Most values shown of a key. */
  readonly values?: number
}

const LOOKED_AT = 5000
const MOST_KEYS = 500
const MOST_VALUES = 200
const LONGEST = 200

interface Seen {
  count: number
  readonly values: Map<string, number>
  more: boolean
}

export function attributeRows(store: Store, tenant: string, question: AttributeQuestion): AttributeRow[] {
  const keys = new Map<string, Seen>()
  const look = (flat: Flat | null): void => {
    if (flat !== null)
      for (let i = 0; i < flat.length; i += 2) see(keys, flat[i] as string, plainText(flat[i + 1]!), question.prefix)
  }
  let left = LOOKED_AT
  if (question.signal === 'logs') {
    for (const { record, identity } of store.logs.newestFirst(tenant)) {
      if (question.service !== undefined && identity.service !== question.service) continue
      if (left-- === 0) break
      look(record.attributes)
    }
  } else {
    traces: for (const trace of store.traces.newestFirst(tenant)) {
      for (const { record, identity } of trace.spans) {
        if (question.service !== undefined && identity.service !== question.service) continue
        if (left-- === 0) break traces
        look(record.template?.attributes ?? null)
        look(record.peer?.attributes ?? null)
        look(record.attributes)
      }
    }
  }
  return [...keys]
    .map(([key, { count, values, more }]) => ({ key, count, values: commonest(values, question.values ?? 20), more }))
    .sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1))
}

function see(keys: Map<string, Seen>, key: string, value: string, prefix = ''): void {
  if (!key.startsWith(prefix)) return
  let seen = keys.get(key)
  if (seen === undefined) {
    if (keys.size >= MOST_KEYS) return
    seen = { count: 0, values: new Map(), more: false }
    keys.set(key, seen)
  }
  seen.count++
  const short = value.slice(0, LONGEST)
  if (seen.values.has(short) || seen.values.size < MOST_VALUES)
    seen.values.set(short, (seen.values.get(short) ?? 0) + 1)
  else seen.more = true
}

function commonest(values: ReadonlyMap<string, number>, most: number): { value: string; count: number }[] {
  return [...values]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, most)
}
