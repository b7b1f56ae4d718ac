// Which types the records are of, the most first; what is beyond is one entry.
import type { ResourceDistribution } from '../../../../src/inventory/distribution.ts'
import { countText, percentText, plural } from '../../parts/format.ts'
import { query } from '../../shell/place.ts'
import { Card, Unset } from '../card.tsx'
import { useFigure } from '../figure.ts'
import { Choice } from './choice.tsx'
import { EVERY_MS, NoRecords, useNoRecords } from './counts-choice.tsx'
import './distribution.css'
import { useHeld } from './held.ts'

const TOPS = ['5', '10', '20', '50']
const PRESET = '10'
const OPTIONS = TOPS.map((top) => ({ value: top, title: `Top ${top}`, help: `The ${top} types with the most records` }))

export function Distribution() {
  const asked = query('top') ?? PRESET
  const top = TOPS.includes(asked) ? asked : PRESET
  const figure = useHeld(
    useFigure<ResourceDistribution>(`/console/metrics/resource-distribution?top=${top}`, { everyMs: EVERY_MS }),
  )
  const none = useNoRecords()
  return (
    <Card
      figure={figure}
      note={(data) => <b class="num">{plural(data.distinct_types, 'type')}</b>}
      empty={(data) => (data.total_resources > 0 ? null : none ? <NoRecords /> : <Empty />)}
    >
      {(data) => (
        <>
          <div class="op-tools distribution-tools">
            <Choice label="Types" name="top" value={top} preset={PRESET} options={OPTIONS} />
          </div>
          <Bars data={data} stale={figure.stale} />
        </>
      )}
    </Card>
  )
}

const Empty = () => (
  <Unset title="There is no record yet" icon="clock">
    <p>Types are declared, and the tables have no record of this tenant.</p>
  </Unset>
)

function Bars({ data: { types, total_resources: total }, stale }: { data: ResourceDistribution; stale: boolean }) {
  const most = Math.max(1, ...types.map(({ count }) => count))
  return (
    <ol class={`distribution${stale ? ' op-stale' : ''}`} aria-label="Records by type">
      {types.map(({ resource_type: type, count, types: others }) => (
        <li key={others === undefined ? type : ''} class={others === undefined ? '' : 'distribution-other'}>
          <span class="distribution-name clip" title={type}>
            {others === undefined ? type : `other: ${plural(others, 'type')}`}
          </span>
          <span class="distribution-track" aria-hidden="true">
            <span style={{ '--part': `${(count / most) * 100}%` }} />
          </span>
          <b class="num">{countText(count)}</b>
          <span class="num dim">{percentText(count / total)}</span>
        </li>
      ))}
    </ol>
  )
}
