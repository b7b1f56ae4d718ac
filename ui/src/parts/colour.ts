// A service has one colour everywhere, as long as the page is open and, mostly, after: it follows from its name, and only
// gives way to a service that has that colour already.
const COLOURS = 12
const held = new Map<string, number>()

export function serviceColour(name: string): string {
  let place = held.get(name)
  if (place === undefined) {
    place = free(hash(name) % COLOURS)
    held.set(name, place)
  }
  return `var(--s-${place + 1})`
}

/** Gives colours in a fixed order, so that they do not depend on what was seen first. */
export function knowServices(names: readonly string[]): void {
  for (const name of [...names].sort()) serviceColour(name)
}

function free(wanted: number): number {
  const taken = new Set(held.values())
  for (let i = 0; i < COLOURS; i++) {
    const place = (wanted + i) % COLOURS
    if (!taken.has(place)) return place
  }
  return wanted
}

/** FNV-1a. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0
  return h
}

export type Tone = 'error' | 'warn' | 'ok' | 'info' | 'plain'

/** By OTLP severity number. */
export function severityTone(severity: number): Tone {
  if (severity >= 17) return 'error'
  if (severity >= 13) return 'warn'
  return severity >= 9 ? 'info' : 'plain'
}

let probe: HTMLElement | null = null

/** What a CSS colour (a token, mostly) is now, for a canvas. */
export function resolveColour(css: string): string {
  if (probe === null) {
    probe = document.createElement('span')
    probe.hidden = true
    document.body.append(probe)
  }
  probe.style.color = ''
  probe.style.color = css
  return getComputedStyle(probe).color
}
