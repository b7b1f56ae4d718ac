// Where it fails: every surface of this instance that did something, with what of it went wrong.
import type { Surface, SurfaceErrors } from '../../../../src/console/ops/answers.ts'
import { countText, durationText, percentText, plural } from '../../parts/format.ts'
import { Card, Unset } from '../card.tsx'
import { Fill } from '../cards/tiles.tsx'
import { useOverview } from './overview.ts'
import './surfaces.css'

const WORDS: Readonly<Record<Surface, string>> = {
  http_server: 'HTTP, served',
  http_client: 'HTTP, called',
  queue_publish: 'Messages published',
  queue_process: 'Messages processed',
  function: 'Functions',
  workflow: 'Workflows',
  process: 'Processes and jobs',
  sql: 'Databases',
  kv: 'Key-value stores',
  cdc: 'Change data capture',
  events: 'Event buses',
  exporter: 'Telemetry sent',
}

export function Surfaces() {
  const figure = useOverview()
  return (
    <Card
      figure={figure}
      note={({ error_rates: { by_surface: rows } }) => {
        const errors = rows.reduce((sum, row) => sum + row.errors, 0)
        return rows.length > 0 && <b class={`num${errors > 0 ? ' bad' : ''}`}>{plural(errors, 'error')}</b>
      }}
      empty={({ error_rates: { by_surface: rows } }) =>
        rows.length === 0 && (
          <Unset title="Nothing has happened yet" icon="clock">
            A surface appears here with the first thing that it does: a request, a message, a query.
          </Unset>
        )
      }
    >
      {({ error_rates: { by_surface: rows } }) => (
        <table class="surfaces">
          <thead>
            <tr>
              <th scope="col" class="num">
                In {durationText((rows[0]?.window_seconds ?? 0) * 1000)}
              </th>
              <th scope="col">Errors</th>
              <th scope="col">Of</th>
              <th scope="col">Rate</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.surface} row={row} />
            ))}
          </tbody>
        </table>
      )}
    </Card>
  )
}

function Row({
  row: { surface, rate, errors, total, window_seconds: window, covered_seconds: covered },
}: {
  row: SurfaceErrors
}) {
  const name = WORDS[surface] ?? surface
  return (
    <tr
      title={
        covered < window ? `${durationText(covered * 1000)} of ${durationText(window * 1000)} are covered` : undefined
      }
    >
      <th scope="row">{name}</th>
      <td class={`num ${errors > 0 ? 'bad' : 'none'}`}>{countText(errors)}</td>
      <td class="num dim">{total === null ? '–' : countText(total)}</td>
      <td class="num">
        <span class="surface-rate">
          {rate !== null && rate > 0 && (
            <Fill label={`Errors of ${name}`} share={rate} tone="bad" text={percentText(rate)} />
          )}
          <span class={rate !== null && rate > 0 ? 'bad' : 'none'}>{rate === null ? '–' : percentText(rate)}</span>
        </span>
      </td>
    </tr>
  )
}
