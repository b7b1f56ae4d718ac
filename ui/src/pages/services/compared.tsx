import type { RedRow } from '../../../../src/store/answers.ts'
import { changeText, durationText } from '../../parts/format.ts'
import { slowdown, verdict } from './change.ts'

const TONES = { slower: 'bad', faster: 'good', same: 'dim', unknown: 'none' } as const

/** How p95 compares with the stretch before. */
export function Change({ row }: { row: RedRow | undefined }) {
  if (row === undefined) return <span class="none">–</span>
  const ratio = slowdown(row)
  const how = verdict(row)
  const before = row.before?.p95_ms
  const title =
    ratio === null
      ? 'Too few requests now or before to compare'
      : `p95 was ${durationText(before)}, is ${durationText(row.now.p95_ms)}`
  return (
    <span class={`compared ${TONES[how]}`} title={title}>
      {ratio === null ? '–' : changeText(ratio)}
      <span class="said">{title}</span>
    </span>
  )
}
