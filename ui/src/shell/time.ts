// When: the range that every page asks about, read from the URL. A relative range moves by itself while it is live.
import { computed, effect, signal } from '@preact/signals'
import { query, setQuery } from './place.ts'

export interface Range {
  /** Float milliseconds since the epoch. */
  readonly from: number
  readonly to: number
  /** Its length when it ends now; null when it stands still. */
  readonly relative: number | null
}

export const DEFAULT_MS = 15 * 60_000
/** How often a live range moves, milliseconds. */
const STEP_MS = 5000

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** What the clock of the hub is ahead of ours; known once it has answered. */
export const ahead = signal(0)
const now = (): number => Date.now() + ahead.peek()
/** Moves whenever everything is asked again. */
export const tick = signal(now())

const asked = computed(() => {
  const from = query('from')
  const ago = /^-(\d{1,6})([smhd])$/.exec(from ?? '')
  if (ago !== null) return { relative: Number(ago[1]) * UNITS[ago[2] as keyof typeof UNITS], from: 0, to: 0 }
  const start = moment(from)
  if (start === undefined) return { relative: DEFAULT_MS, from: 0, to: 0 }
  return { relative: null, from: start, to: moment(query('to')) ?? null }
})

/** Start of what is held: before it there is nothing to see, and nothing to divide by. */
export const heldFrom = signal<number | null>(null)
/** Shorter than this a range is not cut to what is held, milliseconds. */
const LEAST_MS = 60_000

export const range = computed<Range>(() => {
  const { relative, from, to } = asked.value
  const at = tick.value
  if (relative !== null) {
    const held = Math.min(heldFrom.value ?? 0, at - Math.min(LEAST_MS, relative))
    return { from: Math.max(at - relative, held), to: at, relative }
  }
  return { from, to: Math.max(to ?? at, from + 1), relative: null }
})

/** A range that has an end cannot move; another one moves unless it is held. */
export const canLive = computed(() => asked.value.relative !== null)
export const live = computed(() => canLive.value && query('live') !== '0')

export const zone = computed<'local' | 'utc'>(() => (query('zone') === 'utc' ? 'utc' : 'local'))

export function setLive(on: boolean): void {
  setQuery({ live: on ? null : '0' }, { replace: true })
  if (on) refresh()
}

export function setZone(to: 'local' | 'utc'): void {
  setQuery({ zone: to === 'utc' ? 'utc' : null }, { replace: true })
}

export function setRange(to: { last: number } | { from: number; to: number }): void {
  if ('last' in to) setQuery({ from: to.last === DEFAULT_MS ? null : `-${shortest(to.last)}`, to: null })
  else setQuery({ from: Math.floor(to.from), to: Math.ceil(to.to) })
  refresh()
}

/** The same length, earlier (-1) or later (1) by half of it. */
export function shiftRange(by: -1 | 1): void {
  const { from, to } = range.peek()
  const half = ((to - from) / 2) * by
  if (to + half >= now()) setRange({ last: Math.max(1000, Math.round((to - from) / 1000) * 1000) })
  else setRange({ from: from + half, to: to + half })
}

export function refresh(): void {
  tick.value = now()
}

export function shortest(ms: number): string {
  for (const unit of ['d', 'h', 'm'] as const) if (ms % UNITS[unit] === 0) return `${ms / UNITS[unit]}${unit}`
  return `${Math.round(ms / 1000)}s`
}

function moment(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const time = /^\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text)
  return Number.isFinite(time) ? time : undefined
}

/** Starts the clock; a page that nobody looks at asks nothing. */
export function startClock(): void {
  effect(() => {
    if (!live.value) return
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') refresh()
    }, STEP_MS)
    const seen = (): void => {
      if (document.visibilityState === 'visible') refresh()
    }
    document.addEventListener('visibilitychange', seen)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', seen)
    }
  })
}

const STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  900_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000,
]

export interface Grid {
  readonly from: number
  readonly to: number
  readonly step_ms: number
  readonly moments: number
}

/** The range in at most `about` moments that begin at round times, so that what is drawn stands still while it is live. */
export function grid({ from, to }: Pick<Range, 'from' | 'to'>, about: number): Grid {
  const step =
    STEPS.find((one) => (to - from) / one <= about) ?? 86_400_000 * Math.ceil((to - from) / 86_400_000 / about)
  const start = Math.floor(from / step) * step
  const end = Math.max(start + step, Math.ceil(to / step) * step)
  return { from: start, to: end, step_ms: step, moments: Math.min(500, Math.round((end - start) / step)) }
}

/** In whole seconds, for words. */
export const lengthOf = ({ from, to }: Pick<Range, 'from' | 'to'>): number =>
  to - from < 10_000 ? to - from : Math.round((to - from) / 1000) * 1000
