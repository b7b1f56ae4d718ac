// When is looked at: the last minutes (moving), or from one moment to another (standing still), in which zone.
import { signal } from '@preact/signals'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Button } from '../parts/button.tsx'
import { dayText, durationText, timeText, zoneText } from '../parts/format.ts'
import { Icon } from '../parts/icon.tsx'
import { useKeys } from './keys.ts'
import './time-picker.css'
import { canLive, live, range, refresh, setLive, setRange, setZone, shiftRange, zone } from './time.ts'

export const timeOpen = signal(false)

const MINUTE = 60_000
const LASTS = [5, 15, 30, 60, 180, 360, 720, 1440, 2880, 10_080].map((minutes) => minutes * MINUTE)

export function TimePicker() {
  const box = useRef<HTMLDivElement>(null)
  const { from, to, relative } = range.value
  const open = timeOpen.value
  useLayoutEffect(() => {
    if (!open) return
    const outside = (event: PointerEvent): void => {
      if (!box.current?.contains(event.target as Node)) timeOpen.value = false
    }
    document.addEventListener('pointerdown', outside)
    return () => document.removeEventListener('pointerdown', outside)
  }, [open])
  const words = relative === null ? betweenText(from, to) : `Last ${durationText(relative)}`
  return (
    <div class="time" ref={box}>
      <div class="time-group">
        <Button kind="quiet" icon="left" label="Earlier  [" class="time-shift" onClick={() => shiftRange(-1)} />
        <button
          type="button"
          class="time-range"
          aria-haspopup="dialog"
          aria-expanded={open}
          onClick={() => (timeOpen.value = !open)}
        >
          <Icon name="clock" />
          <span class="said">Time: </span>
          <span class="num">{words}</span> <span class="time-zone">{zoneText(to)}</span>
        </button>
        <Button
          kind="quiet"
          icon="right"
          label="Later  ]"
          class="time-shift"
          disabled={relative !== null}
          onClick={() => shiftRange(1)}
        />
      </div>
      {canLive.value ? (
        <button
          type="button"
          class={`time-live${live.value ? ' time-on' : ''}`}
          aria-pressed={live.value}
          title={live.value ? 'Live: pause (p)' : 'Paused: go on (p)'}
          onClick={() => setLive(!live.value)}
        >
          {live.value ? <span class="time-pulse" /> : <Icon name="pause" size={14} />}
          Live
        </button>
      ) : (
        <Button
          icon="play"
          label="Back to live"
          class="time-back"
          onClick={() => setRange({ last: to - from > 86_400_000 ? 86_400_000 : 15 * MINUTE })}
        />
      )}
      <Button kind="quiet" icon="refresh" label="Ask again now  (r)" class="time-again" onClick={refresh} />
      {open && <Picker close={() => (timeOpen.value = false)} />}
    </div>
  )
}

function Picker({ close }: { close(): void }) {
  const panel = useRef<HTMLDivElement>(null)
  const { from, to, relative } = range.peek()
  const [start, setStart] = useState(`${dayText(from)} ${timeText(from)}`)
  const [end, setEnd] = useState(`${dayText(to)} ${timeText(to)}`)
  const [wrong, setWrong] = useState('')
  const utc = zone.value === 'utc'
  useKeys('Time', [{ keys: 'Escape', does: 'Close', always: true, run: close }])
  // Before the next key, as a sheet does.
  useLayoutEffect(() => {
    const chosen = panel.current?.querySelector<HTMLElement>('.time-lasts [aria-pressed=true]')
    const first = chosen ?? panel.current?.querySelector<HTMLElement>('button')
    first?.focus()
  }, [])
  const apply = (event: Event): void => {
    event.preventDefault()
    const [a, b] = [momentOf(start, utc), momentOf(end, utc)]
    if (Number.isNaN(a) || Number.isNaN(b)) setWrong('Write both as 2026-01-31 13:45:00.')
    else if (a >= b) setWrong('The first must be before the second.')
    else {
      setRange({ from: a, to: b })
      close()
    }
  }
  return (
    <div ref={panel} class="time-panel" role="dialog" aria-label="Time range">
      <div class="time-lasts" role="group" aria-label="Last">
        {LASTS.map((ms) => (
          <button
            key={ms}
            type="button"
            aria-pressed={relative === ms}
            onClick={() => {
              setRange({ last: ms })
              close()
            }}
          >
            {durationText(ms)}
          </button>
        ))}
      </div>
      <form class="time-between" onSubmit={apply}>
        <label>
          From
          <input
            class="num"
            value={start}
            spellcheck={false}
            onInput={({ currentTarget }) => setStart(currentTarget.value)}
          />
        </label>
        <label>
          To
          <input
            class="num"
            value={end}
            spellcheck={false}
            onInput={({ currentTarget }) => setEnd(currentTarget.value)}
          />
        </label>
        <p class="time-wrong" role="alert">
          {wrong}
        </p>
        <button type="submit" class="button button-strong">
          Show this time
        </button>
      </form>
      <div class="time-zones" role="group" aria-label="Time zone">
        {(['local', 'utc'] as const).map((one) => (
          <Button key={one} kind="quiet" pressed={zone.value === one} onClick={() => setZone(one)}>
            {one === 'utc' ? 'UTC' : 'Local time'}
          </Button>
        ))}
      </div>
    </div>
  )
}

function momentOf(text: string, utc: boolean): number {
  const match = /^\s*(\d{4}-\d{2}-\d{2})[ T](\d{1,2}:\d{2})(:\d{2}(?:\.\d{1,3})?)?\s*$/.exec(text)
  if (match === null) return Number.NaN
  return Date.parse(`${match[1]}T${match[2]!.padStart(5, '0')}${match[3] ?? ':00'}${utc ? 'Z' : ''}`)
}

function betweenText(from: number, to: number): string {
  const [a, b] = [dayText(from), dayText(to)]
  const today = dayText(Date.now())
  const first = a === today && b === today ? timeText(from) : `${a.slice(5)} ${timeText(from)}`
  return `${first} – ${a === b ? timeText(to) : `${b.slice(5)} ${timeText(to)}`}`
}
