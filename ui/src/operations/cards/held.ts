// What was shown stays while the answer to another question is on its way, and when there is none: what was chosen can be
// chosen otherwise.
import { useRef } from 'preact/hooks'
import type { Figure } from '../figure.ts'

export interface HeldFigure<T> extends Figure<T> {
  /** What is shown answers the question before. */
  readonly stale: boolean
}

export function useHeld<T>(figure: Figure<T>): HeldFigure<T> {
  const before = useRef<Figure<T> | null>(null)
  if (figure.data !== undefined) before.current = figure
  if (figure.data !== undefined || before.current === null) return { ...figure, stale: false }
  const { data, at } = before.current
  return { ...figure, data, at, stale: true }
}
