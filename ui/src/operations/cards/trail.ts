// What a number was while the page was open: the service keeps no past of it.
import { useRef } from 'preact/hooks'

const MOST = 90

/** The values so far, oldest first; one for each answer, told apart by when it came. */
export function useTrail(at: number | null, value: number | null | undefined): readonly (number | null)[] {
  const kept = useRef<{ at: number; values: (number | null)[] }>({ at: 0, values: [] })
  if (at !== null && value !== undefined && at !== kept.current.at) {
    kept.current = { at, values: [...kept.current.values, value].slice(-MOST) }
  }
  return kept.current.values
}
