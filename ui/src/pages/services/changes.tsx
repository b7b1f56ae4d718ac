// The first thing that is worth knowing: which operation got slower or began to fail.
import { Dot } from '../../parts/button.tsx'
import { serviceColour } from '../../parts/colour.ts'
import { changeText, durationText, percentText } from '../../parts/format.ts'
import { Icon } from '../../parts/icon.tsx'
import { Spark } from '../../parts/spark.tsx'
import { href } from '../../shell/place.ts'
import { type Change, changesOf } from './change.ts'
import './changes.css'
import type { Compared } from './use-compared.ts'

const MOST = 4

/** Within one service its name goes without saying. */
export function Changes({ compared, within }: { compared: Compared; within?: string }) {
  const { answer } = compared
  if (answer === undefined) return null
  const { held_from_ms: held, before } = answer
  const changes = changesOf(answer.items)
  const length = durationText(compared.length)
  if (changes.length === 0 && (before === null || held === null || held > before.to_ms - 1000))
    return (
      <p class="changes-none">
        <Icon name="clock" />
        What got slower is shown here as soon as there is a time before to compare with.
      </p>
    )
  if (changes.length === 0)
    return (
      <p class="changes-none">
        <Icon name="check" />
        In the last {length} no operation got notably slower or failed notably more than before.
      </p>
    )
  return (
    <section class="changes" aria-labelledby="changes-title">
      <h2 id="changes-title">Got worse in the last {length}</h2>
      <ul>
        {changes.slice(0, MOST).map((change) => (
          <li key={`${change.kind} ${change.row.service} ${change.row.kind} ${change.row.name}`}>
            <Worse change={change} within={within} />
          </li>
        ))}
      </ul>
      {changes.length > MOST && <p class="changes-more">and {changes.length - MOST} more, in the tables below</p>}
    </section>
  )
}

function Worse({ change: { row, kind, size }, within }: { change: Change; within?: string }) {
  const { now, before, timeline, before_timeline: earlier } = row
  const slower = kind === 'slower'
  const target = {
    service: row.service,
    ...(row.route === null ? { name: row.name ?? '' } : { route: row.route }),
    ...(slower ? { order: 'slowest' } : { status: 'error' }),
  }
  return (
    <a class="worse" href={href('/traces', target)}>
      <span class="worse-what">
        <Dot colour={serviceColour(row.service)} />
        <b class="clip">{row.name}</b>
        <span class={`worse-size ${slower ? 'warned' : 'bad'}`}>
          {slower ? changeText(size) : `+${percentText(size)}`}
        </span>
      </span>
      <span class="worse-how num">
        {within === undefined && <span class="clip worse-service">{row.service}</span>}
        {slower
          ? `p95 ${durationText(before?.p95_ms)} → ${durationText(now.p95_ms)}`
          : `errors ${percentText(before?.error_rate ?? 0)} → ${percentText(now.error_rate)}`}
      </span>
      <span class="worse-spark">
        <Spark
          values={
            slower ? [...(earlier?.p95_ms ?? []), ...timeline.p95_ms] : [...(earlier?.errors ?? []), ...timeline.errors]
          }
          colour={slower ? 'var(--warn)' : 'var(--error)'}
          kind={slower ? 'line' : 'bars'}
        />
      </span>
    </a>
  )
}
