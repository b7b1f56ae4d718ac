// The process itself: how busy its event loop is and how late it runs, memory against its limit, collections, CPU.
import type { ComponentChildren } from 'preact'
import type { GcAnswer, RuntimeAnswer } from '../../../../src/console/control/answers.ts'
import { bytesText, countText, digits, durationText, percentText, plural } from '../../parts/format.ts'
import { Spark } from '../../parts/spark.tsx'
import { Card, Unknown } from '../card.tsx'
import { Since } from '../clock.tsx'
import { useFigure } from '../figure.ts'
import './runtime.css'
import { Fill } from './tiles.tsx'
import { useTrail } from './trail.ts'

export function Runtime() {
  const figure = useFigure<RuntimeAnswer>('/admin/ops/runtime', { everyMs: 5000 })
  return (
    <Card
      figure={figure}
      note={({ node_version: node, started_at: started }) => (
        <>
          <span class="num">Node {node.replace(/^v/, '')}</span>
          <span>
            up <Since at={started} />
          </span>
        </>
      )}
    >
      {(data) => <Insides data={data} at={figure.at} />}
    </Card>
  )
}

function Insides({ data, at }: { data: RuntimeAnswer; at: number | null }) {
  const { event_loop: loop, event_loop_reason: why, cpu, heap, memory, gc, gc_reason: whyGc } = data
  const busy = useTrail(at, loop?.utilization ?? null)
  const used = useTrail(at, heap.used_bytes)
  const worked = useTrail(at, cpu.utilization)
  const full = heap.used_bytes / heap.limit_bytes
  const limit = memory.limit_bytes
  return (
    <div class="runtime">
      <Row
        name="Event loop"
        value={loop === null ? <Unknown reason={why} /> : `${percentText(loop.utilization)} busy`}
        picture={loop && <Spark values={busy} max={1} colour="var(--c-1)" />}
        tone={toneOf(loop?.utilization ?? 0, 0.7, 0.9)}
      >
        {loop?.delay_ms ? (
          <>
            late by {durationText(loop.delay_ms.p50)} (p50), <b>{durationText(loop.delay_ms.p99)}</b> (p99), at most{' '}
            {durationText(loop.delay_ms.max)} in the last {durationText(Math.round(loop.interval_seconds) * 1000)}
          </>
        ) : loop === null ? (
          why
        ) : (
          'its delay was not measured yet'
        )}
      </Row>
      <Row
        name="CPU"
        value={`${coresText(cpu.utilization)} of ${plural(cpu.cores, 'core')}`}
        picture={<Spark values={worked} max={cpu.cores} colour="var(--c-2)" />}
        tone={toneOf(cpu.utilization / cpu.cores, 0.8, 0.95)}
      >
        {coresText(cpu.user)} user, {coresText(cpu.system)} system, of the last{' '}
        {durationText(Math.round(cpu.interval_seconds) * 1000)}
      </Row>
      <Row
        name="Heap"
        value={`${bytesText(heap.used_bytes)} used`}
        picture={<Spark values={used} colour="var(--c-4)" />}
        tone={toneOf(full, 0.75, 0.9)}
        fill={
          <Fill
            label="Heap"
            share={full}
            tone={toneOf(full, 0.75, 0.9)}
            text={`${bytesText(heap.used_bytes)} of ${bytesText(heap.limit_bytes)}`}
          />
        }
      >
        {percentText(full)} of its limit of {bytesText(heap.limit_bytes)}; {bytesText(heap.total_bytes)} taken from the
        system
      </Row>
      <Row
        name="Memory"
        value={`${bytesText(memory.rss_bytes)} RSS`}
        tone={limit === null ? '' : toneOf(memory.rss_bytes / limit, 0.8, 0.92)}
        fill={
          limit !== null && (
            <Fill
              label="Memory of the container"
              share={memory.rss_bytes / limit}
              tone={toneOf(memory.rss_bytes / limit, 0.8, 0.92)}
              text={`${bytesText(memory.rss_bytes)} of ${bytesText(limit)}`}
            />
          )
        }
      >
        {limit === null ? 'no container limit' : `of ${bytesText(limit)} of the container`}
        {memory.available_bytes !== null && `, ${bytesText(memory.available_bytes)} left`}; buffers{' '}
        {bytesText(memory.array_buffers_bytes)}, external {bytesText(memory.external_bytes)}
      </Row>
      {gc === null ? (
        <Row name="Collections" value={<Unknown reason={whyGc} />}>
          {whyGc}
        </Row>
      ) : (
        <Row
          name="Collections"
          value={`${durationText(gc.last_minute.pause_seconds * 1000)} of the last minute`}
          tone={toneOf(gc.last_minute.pause_seconds / 60, 0.05, 0.15)}
        >
          {countText(gc.last_minute.count)} pauses; {durationText(gc.last_5_minutes.pause_seconds * 1000)} in{' '}
          {countText(gc.last_5_minutes.count)} of the last 5 minutes
        </Row>
      )}
      <details class="runtime-more">
        <summary>Heap spaces, collections by kind, what is active</summary>
        <More data={data} gc={gc} />
      </details>
    </div>
  )
}

type Tone = '' | 'warned' | 'bad'

const toneOf = (share: number, warns: number, breaks: number): Tone =>
  share >= breaks ? 'bad' : share >= warns ? 'warned' : ''

const coresText = (cores: number): string => digits(Math.round(cores * 100) / 100)

interface RowProps {
  readonly name: string
  readonly value: ComponentChildren
  readonly picture?: ComponentChildren
  readonly fill?: ComponentChildren
  readonly tone?: Tone
  readonly children?: ComponentChildren
}

function Row({ name, value, picture, fill, tone = '', children }: RowProps) {
  return (
    <section class="runtime-row">
      <h3>{name}</h3>
      <b class={`num runtime-value ${tone}`}>{value}</b>
      {picture && (
        <span class="runtime-picture" title="While this page was open">
          {picture}
        </span>
      )}
      {fill && <div class="runtime-fill">{fill}</div>}
      <p class="num runtime-say">{children}</p>
    </section>
  )
}

function More({ data, gc }: { data: RuntimeAnswer; gc: GcAnswer | null }) {
  return (
    <div class="runtime-tables">
      <table>
        <caption>Heap spaces</caption>
        <tbody>
          {data.heap.spaces
            .filter(({ size_bytes: size }) => size > 0)
            .map(({ space, used_bytes: used, size_bytes: size }) => (
              <tr key={space}>
                <th scope="row">{space}</th>
                <td class="num">{bytesText(used)}</td>
                <td class="num dim">of {bytesText(size)}</td>
              </tr>
            ))}
        </tbody>
      </table>
      {gc !== null && gc.kinds.length > 0 && (
        <table>
          <caption>Collections since the start</caption>
          <tbody>
            {gc.kinds.map(({ kind, total }) => (
              <tr key={kind}>
                <th scope="row">{kind}</th>
                <td class="num">{durationText(total.pause_seconds * 1000)}</td>
                <td class="num dim">in {countText(total.count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <table>
        <caption>Keeps the process alive</caption>
        <tbody>
          {data.active.by_type.map(({ type, count }) => (
            <tr key={type}>
              <th scope="row">{type}</th>
              <td class="num">{countText(count)}</td>
              <td />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
