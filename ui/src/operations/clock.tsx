// What time it is, once a second, and how long ago something was.
import { computed, signal } from '@preact/signals'
import { agoText, dateTimeText, durationText } from '../parts/format.ts'
import { ahead } from '../shell/time.ts'

/** By the clock of the browser. */
export const seconds = signal(Date.now())

/** By the clock of the service, milliseconds since the epoch; moves once a second while somebody can see it. */
export const now = computed(() => seconds.value + ahead.value)

export function startSeconds(): void {
  const move = (): void => {
    if (document.visibilityState === 'visible') seconds.value = Date.now()
  }
  setInterval(move, 1000)
  document.addEventListener('visibilitychange', move)
}

interface MomentProps {
  /** RFC 3339, or milliseconds since the epoch by the clock of the service. */
  readonly at: string | number
}

const msOf = (at: string | number): number => (typeof at === 'number' ? at : Date.parse(at))

/** How long ago; the moment itself, in the chosen zone, where it is pointed at. */
export function Ago({ at }: MomentProps) {
  const ms = msOf(at)
  return <Moment ms={ms}>{agoText(ms, now.value)}</Moment>
}

/** From here on seconds do not matter, milliseconds. */
const CALM_MS = 120_000

/** How long something lasts that began then: `55 s`, `12 min`. */
export function Since({ at }: MomentProps) {
  const ms = msOf(at)
  const length = Math.max(0, now.value - ms)
  const unit = length < CALM_MS ? 1000 : 60_000
  return <Moment ms={ms}>{secondsText(Math.floor(length / unit) * unit)}</Moment>
}

/** How long until then: `in 4 min`. */
export function Until({ at }: MomentProps) {
  const ms = msOf(at)
  const left = ms - now.value
  const unit = left < CALM_MS ? 1000 : 60_000
  return <Moment ms={ms}>{left <= 0 ? 'now' : `in ${secondsText(Math.ceil(left / unit) * unit)}`}</Moment>
}

const secondsText = (ms: number): string => (ms < 1000 ? '0 s' : durationText(ms))

function Moment({ ms, children }: { ms: number; children: string }) {
  if (Number.isNaN(ms)) return <span>–</span>
  return (
    <time class="num" dateTime={new Date(ms).toISOString()} title={dateTimeText(ms)}>
      {children}
    </time>
  )
}
