// Keyboard: who is on the page says which keys it knows, and the help sheet shows exactly those.
import { signal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'

export interface Key {
  /** `j`, `?`, `Mod+k`, `Shift+ArrowUp`, or two strokes: `g s`. */
  readonly keys: string
  readonly does: string
  run(event: KeyboardEvent): void
  /** Also while typing. */
  readonly always?: boolean
}

interface Group {
  readonly name: string
  readonly keys: readonly Key[]
}

/** The latest comes first: a sheet that is open hears before the page under it. */
const groups = signal<readonly Group[]>([])
export const keyGroups = groups

/** How long the second stroke may take, milliseconds. */
const SECOND_MS = 1200
let first: { stroke: string; time: number } | null = null

export function useKeys(name: string, keys: readonly Key[]): void {
  const latest = useRef(keys)
  latest.current = keys
  const known = keys.map((key) => key.keys).join('|')
  // Bound again only when other keys are known.
  useLayoutEffect(() => {
    const group: Group = {
      name,
      keys: latest.current.map((key, i) => ({ ...key, run: (event) => latest.current[i]?.run(event) })),
    }
    groups.value = [group, ...groups.peek()]
    return () => {
      groups.value = groups.peek().filter((one) => one !== group)
    }
  }, [name, known])
}

export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing) return
    const typing = isTyping(event.target)
    const stroke = strokeOf(event)
    if (stroke === null) return
    const both = first !== null && event.timeStamp - first.time < SECOND_MS ? `${first.stroke} ${stroke}` : stroke
    first = null
    for (const { keys } of groups.peek()) {
      for (const key of keys) {
        if (typing && !key.always) continue
        if (key.keys === both || key.keys === stroke) {
          event.preventDefault()
          key.run(event)
          return
        }
      }
    }
    if (!typing && groups.peek().some(({ keys }) => keys.some((key) => key.keys.startsWith(`${stroke} `))))
      first = { stroke, time: event.timeStamp }
  })
}

function strokeOf(event: KeyboardEvent): string | null {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event
  if (altKey || key === 'Shift' || key === 'Control' || key === 'Meta') return null
  if (ctrlKey || metaKey) return `Mod+${key.toLowerCase()}`
  // A sign such as ? has its shift in itself.
  return shiftKey && key.length > 1 ? `Shift+${key}` : key
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.matches('input:not([type=checkbox],[type=radio]), textarea, select') || target.isContentEditable
}

const MAC = /Mac|iPhone|iPad/.test(navigator.platform)
const NAMES: Readonly<Record<string, string>> = {
  Mod: MAC ? '⌘' : 'Ctrl',
  Shift: '⇧',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  Enter: '⏎',
}

/** Each stroke as the caps that are pressed together. */
export function capsOf(keys: string): string[][] {
  return keys
    .split(' ')
    .map((stroke) =>
      stroke
        .split(/(?<=.)\+/)
        .map((cap) => NAMES[cap] ?? (cap.length === 1 && stroke.length > 1 ? cap.toUpperCase() : cap)),
    )
}
