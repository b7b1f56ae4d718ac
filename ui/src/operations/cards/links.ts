// Where one goes on looking: `ops.links`, with the ids that were found filled in.
import type { Found, IdName } from '../../parts/found.ts'

export interface Lead {
  /** Its key under `ops.links`. */
  readonly name: string
  readonly words: string
  readonly href: string
  /** What it looks for. */
  readonly by: IdName
}

export type Ids = Pick<Found, IdName>

const WORDS: Readonly<Record<string, string>> = { trace: 'Open the trace', logs: 'Open its log lines' }

/** Those that can be filled, as they are configured: a trace first. A span is left out where none was found. */
export function leadsTo(links: Readonly<Record<string, string>>, ids: Ids): Lead[] {
  return Object.entries(links).flatMap(([name, template]) => {
    const by = needed(template)
    if (by === null || (template.includes('{trace_id}') && ids.trace_id === null)) return []
    if (template.includes('{correlation_id}') && ids.correlation_id === null) return []
    const href = safe(
      template.replace(/\{(trace_id|span_id|correlation_id)\}/g, (_, id: IdName) => encodeURIComponent(ids[id] ?? '')),
    )
    return href === null ? [] : [{ name, words: WORDS[name] ?? name, href, by }]
  })
}

/** Links that have no id in them: a dashboard. */
export function places(links: Readonly<Record<string, string>>): { readonly name: string; readonly href: string }[] {
  return Object.entries(links).flatMap(([name, template]) => {
    const href = needed(template) === null ? safe(template) : null
    return href === null ? [] : [{ name, href }]
  })
}

/** Which of the two ids some link takes. */
export const takes = (links: Readonly<Record<string, string>>, id: IdName): boolean =>
  Object.values(links).some((template) => template.includes(`{${id}}`))

function needed(template: string): IdName | null {
  if (template.includes('{trace_id}')) return 'trace_id'
  return template.includes('{correlation_id}') ? 'correlation_id' : null
}

/** Nothing but the web: what is configured may be anything. */
function safe(address: string): string | null {
  try {
    const { protocol, href } = new URL(address)
    return protocol === 'http:' || protocol === 'https:' ? href : null
  } catch {
    return null
  }
}
