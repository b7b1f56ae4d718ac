// Now against before. Where nothing is held from before the range, its second half is compared with its first: what got
// slower in the last minutes is seen from the second minute on.
import type { RedAnswer, RedRow } from '../../../../src/store/answers.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { grid, heldFrom, lengthOf, range } from '../../shell/time.ts'

export interface Compared {
  readonly answer: RedAnswer | undefined
  readonly loading: boolean
  /** Of either stretch, milliseconds. */
  readonly length: number
  /** The row of the same service, kind and operation. */
  rowOf(row: Pick<RedRow, 'service' | 'kind' | 'name'>): RedRow | undefined
}

export function useCompared(by: 'service' | 'operation', service?: string): Compared {
  const { from, to } = range.value
  const earliest = heldFrom.value
  const whole = earliest === null || earliest <= from - (to - from) / 2
  const stretch = { from: whole ? from : from + (to - from) / 2, to }
  const aligned = grid(stretch, 40)
  const { data, loading } = useAnswer('/red', {
    by,
    service,
    from: aligned.from,
    to: aligned.to,
    moments: aligned.moments,
    compare: true,
    limit: 200,
  })
  return {
    answer: data,
    loading,
    length: lengthOf(stretch),
    rowOf: ({ service: of, kind, name }) =>
      data?.items.find((one) => one.service === of && one.kind === kind && one.name === name),
  }
}
