// What is changed while it runs, each for a time: how much is logged, how much is traced; and what is taken from the process
// itself. What holds, and until when, is shown to everybody who may change it.
import { useState } from 'preact/hooks'
import type {
  ControlAnswer,
  CpuProfileRequest,
  HeldChange,
  LogLevelName,
  LogLevelRequest,
  ProfileControl,
  SamplingRequest,
} from '../../../../src/console/control/answers.ts'
import { Badge, Button } from '../../parts/button.tsx'
import { durationText, percentText } from '../../parts/format.ts'
import { Card } from '../card.tsx'
import { ask, send } from '../client.ts'
import { Ago, now, Since, Until } from '../clock.tsx'
import { Confirm } from '../confirm.tsx'
import { refreshFigures, setFigure, useFigure } from '../figure.ts'
import './control.css'
import { download, sizeText } from './download.ts'

const PATH = '/admin/ops/control'
const LEVELS: readonly LogLevelName[] = ['trace', 'debug', 'info', 'warn', 'error']
const RATIOS = [1, 0.5, 0.25, 0.1, 0.05, 0.01, 0.001, 0]
const MINUTES = [1, 5, 10, 30, 60, 240, 1440]

/** What is about to be done. */
interface Deed {
  readonly title: string
  readonly words: string
  readonly verb: string
  readonly grave?: boolean
  /** What to say when it is done. */
  run(): Promise<string>
}

export function Control() {
  const figure = useFigure<ControlAnswer>(PATH, { everyMs: 5000 })
  const [deed, setDeed] = useState<Deed | null>(null)
  const [done, setDone] = useState<string | null>(null)
  return (
    <Card figure={figure}>
      {(data) => (
        <div class="control">
          <p class="control-done" role="status">
            {done}
          </p>
          <LogLevel data={data} ask={setDeed} />
          <Sampling data={data} ask={setDeed} />
          <CpuProfile control={data.cpu_profile} ask={setDeed} />
          <HeapSnapshot control={data.heap_snapshot} ask={setDeed} />
          {deed !== null && (
            <Confirm
              title={deed.title}
              verb={deed.verb}
              grave={deed.grave ?? false}
              run={async () => {
                setDone(null)
                try {
                  setDone(await deed.run())
                } finally {
                  refreshFigures(PATH)
                }
              }}
              close={() => setDeed(null)}
            >
              <p>{deed.words}</p>
              <p>
                It concerns this instance alone. It is logged as yours, and kept in the audit trail where there is one.
              </p>
            </Confirm>
          )}
        </div>
      )}
    </Card>
  )
}

interface PartProps {
  readonly data: ControlAnswer
  ask(deed: Deed): void
}

async function change(
  path: string,
  method: 'POST' | 'DELETE',
  body?: LogLevelRequest | SamplingRequest,
): Promise<void> {
  setFigure(PATH, await ask<ControlAnswer>(`${PATH}/${path}`, { method, body }))
}

function LogLevel({ data: { log_level: control }, ask: confirm }: PartProps) {
  const [level, setLevel] = useState<LogLevelName>('debug')
  const [minutes, setMinutes] = useState(10)
  const { configured, current, held, unavailable } = control
  return (
    <section class="control-part" aria-label="Log level">
      <Head name="Log level" now={current} changed={held !== null} configured={configured} held={held} />
      {unavailable !== null ? (
        <p class="queue-reason">{unavailable}</p>
      ) : (
        <div class="control-deeds">
          <Select
            label="Level"
            value={level}
            options={LEVELS.map((one) => [one, one] as const)}
            set={(one) => setLevel(one)}
          />
          <Minutes of="Log level" value={minutes} set={setMinutes} />
          <Button
            class="op-small"
            onClick={() =>
              confirm({
                title: `Log from ${level} on?`,
                words: `For ${durationText(minutes * 60_000)} lines from ${level} on are written and sent; then ${configured} holds again.`,
                verb: 'Set the level',
                run: async () => {
                  await change('log-level', 'POST', { level, seconds: minutes * 60 })
                  return `Lines from ${level} on are logged.`
                },
              })
            }
          >
            Set
          </Button>
          {held !== null && (
            <Back
              run={() =>
                confirm({
                  title: 'Log as configured again?',
                  words: `Lines from ${configured} on are logged from now on.`,
                  verb: 'Set it back',
                  run: async () => {
                    await change('log-level', 'DELETE')
                    return `The level is ${configured} again, as configured.`
                  },
                })
              }
            />
          )}
        </div>
      )}
    </section>
  )
}

function Sampling({ data: { sampling: control }, ask: confirm }: PartProps) {
  const [ratio, setRatio] = useState(1)
  const [minutes, setMinutes] = useState(10)
  const { sampler, configured, current, held, unavailable } = control
  const before = configured === null ? 'what is configured' : percentText(configured)
  return (
    <section class="control-part" aria-label="Sampling">
      <Head
        name="Sampling"
        now={current === null ? '–' : percentText(current)}
        changed={held !== null}
        configured={configured === null ? sampler : `${percentText(configured)}, ${sampler}`}
        held={held}
      />
      {unavailable !== null ? (
        <p class="queue-reason">{unavailable}</p>
      ) : (
        <div class="control-deeds">
          <Select
            label="Part of the traces"
            value={String(ratio)}
            options={RATIOS.map((one) => [String(one), percentText(one)])}
            set={(text) => setRatio(Number(text))}
          />
          <Minutes of="Sampling" value={minutes} set={setMinutes} />
          <Button
            class="op-small"
            onClick={() =>
              confirm({
                title: `Record ${percentText(ratio)} of the traces?`,
                words: `For ${durationText(minutes * 60_000)} that part of the traces that begin here is recorded; then ${before} holds again.`,
                verb: 'Set the part',
                run: async () => {
                  await change('sampling', 'POST', { ratio, seconds: minutes * 60 })
                  return `${percentText(ratio)} of the traces are recorded.`
                },
              })
            }
          >
            Set
          </Button>
          {held !== null && (
            <Back
              run={() =>
                confirm({
                  title: 'Sample as configured again?',
                  words: `${before === 'what is configured' ? 'What is configured' : before} holds from now on.`,
                  verb: 'Set it back',
                  run: async () => {
                    await change('sampling', 'DELETE')
                    return 'Sampling is as configured again.'
                  },
                })
              }
            />
          )}
        </div>
      )}
    </section>
  )
}

interface HeadProps {
  readonly name: string
  readonly now: string
  readonly changed: boolean
  readonly configured: string
  readonly held: HeldChange | null
}

function Head({ name, now: current, changed, configured, held }: HeadProps) {
  return (
    <div class="control-head">
      <h3>{name}</h3>
      <Badge tone={changed ? 'warn' : 'plain'}>{current}</Badge>
      <span class="control-note num">
        {held === null ? (
          `as configured${configured === current ? '' : `: ${configured}`}`
        ) : (
          <>
            ends <Until at={held.until} />
            {held.by !== null && `, by ${held.by}`}; configured {configured}
          </>
        )}
      </span>
    </div>
  )
}

function Back({ run }: { run(): void }) {
  return (
    <Button kind="quiet" class="op-small" onClick={run}>
      Back to configured
    </Button>
  )
}

interface SelectProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly (readonly [T, string])[]
  set(value: T): void
}

function Select<T extends string>({ label, value, options, set }: SelectProps<T>) {
  return (
    <select
      class="op-select"
      aria-label={label}
      value={value}
      onChange={({ currentTarget }) => set(currentTarget.value as T)}
    >
      {options.map(([one, words]) => (
        <option key={one} value={one}>
          {words}
        </option>
      ))}
    </select>
  )
}

function Minutes({ of, value, set }: { of: string; value: number; set(minutes: number): void }) {
  return (
    <>
      <span class="dim">for</span>
      <Select
        label={`${of}: for how long`}
        value={String(value)}
        options={MINUTES.map((one) => [String(one), durationText(one * 60_000)])}
        set={(text) => set(Number(text))}
      />
    </>
  )
}

interface TakeProps {
  readonly control: ProfileControl
  ask(deed: Deed): void
}

const SECONDS = [5, 10, 20, 30, 60]

function CpuProfile({ control, ask: confirm }: TakeProps) {
  const [seconds, setSeconds] = useState(10)
  return (
    <section class="control-part" aria-label="CPU profile">
      <TakeHead name="CPU profile" setting="ops.control.cpu_profile" control={control} />
      {control.enabled && (
        <div class="control-deeds">
          <span class="dim">over</span>
          <Select
            label="CPU profile: for how long"
            value={String(seconds)}
            options={SECONDS.map((one) => [String(one), `${one} s`])}
            set={(text) => setSeconds(Number(text))}
          />
          <Button
            class="op-small"
            icon="down"
            disabled={!isFree(control)}
            onClick={() =>
              confirm({
                title: `Profile the CPU for ${seconds} s?`,
                words: `The process gets slower by some percent for ${seconds} s; then the profile is downloaded. Developer tools of browsers open it.`,
                verb: 'Take the profile',
                run: async () => {
                  const body: CpuProfileRequest = { seconds }
                  return told(
                    await download(await send(`${PATH}/cpu-profile`, { method: 'POST', body }), 'cpu.cpuprofile'),
                  )
                },
              })
            }
          >
            Download
          </Button>
        </div>
      )}
    </section>
  )
}

function HeapSnapshot({ control, ask: confirm }: TakeProps) {
  return (
    <section class="control-part" aria-label="Heap snapshot">
      <TakeHead name="Heap snapshot" setting="ops.control.heap_snapshot" control={control} />
      {control.enabled && (
        <div class="control-deeds">
          <Button
            class="op-small"
            icon="down"
            disabled={!isFree(control)}
            onClick={() =>
              confirm({
                title: 'Take a snapshot of the heap?',
                words:
                  'The process answers nothing until it is done: seconds, and more for a large heap. The file holds everything that is in memory, secrets and data of customers too.',
                verb: 'Take the snapshot',
                grave: true,
                run: async () =>
                  told(
                    await download(
                      await send(`${PATH}/heap-snapshot`, { method: 'POST', body: {} }),
                      'heap.heapsnapshot',
                    ),
                  ),
              })
            }
          >
            Download
          </Button>
        </div>
      )}
    </section>
  )
}

const told = ({ name, bytes }: { name: string; bytes: number }): string => `${name} is downloaded (${sizeText(bytes)}).`

const isFree = ({ running, next_at: next }: ProfileControl): boolean =>
  running === null && (next === null || Date.parse(next) <= now.value)

function TakeHead({
  name,
  setting,
  control: { enabled, running, next_at: next, last_at: last },
}: {
  name: string
  setting: string
  control: ProfileControl
}) {
  const waits = next !== null && Date.parse(next) > now.value
  return (
    <div class="control-head">
      <h3>{name}</h3>
      {!enabled && <Badge title={`${setting}: true allows it`}>off</Badge>}
      {running !== null && <Badge tone="warn">running</Badge>}
      <span class="control-note num">
        {!enabled ? (
          <>
            allowed by <code>{setting}</code>
          </>
        ) : running !== null ? (
          <>
            for <Since at={running.since} />
            {running.by !== null && `, by ${running.by}`}
          </>
        ) : waits ? (
          <>
            possible again <Until at={next} />
          </>
        ) : last === null ? (
          'none was taken yet'
        ) : (
          <>
            last one <Ago at={last} />
          </>
        )}
      </span>
    </div>
  )
}
