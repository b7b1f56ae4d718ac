// What is changed while it runs, each for a time: how much is logged, how much is traced; and what is taken from the process
// itself. What holds, and until when, is shown to everybody who may change it.
import { useState } from 'preact/hooks'
import type {
  ControlAnswer,
  HeldChange,
  LogLevelName,
  LogLevelRequest,
  SamplingRequest,
} from '../../../../src/console/control/answers.ts'
import { Badge, Button } from '../../parts/button.tsx'
import { durationText, percentText } from '../../parts/format.ts'
import { Card } from '../card.tsx'
import { ask } from '../client.ts'
import { Until } from '../clock.tsx'
import { Confirm } from '../confirm.tsx'
import { refreshFigures, setFigure, useFigure } from '../figure.ts'
import './control.css'
import { CONTROL, type Deed } from './deed.ts'
import { Select } from './select.tsx'
import { CpuProfile, HeapSnapshot } from './take.tsx'

const LEVELS: readonly LogLevelName[] = ['trace', 'debug', 'info', 'warn', 'error']
const RATIOS = [1, 0.5, 0.25, 0.1, 0.05, 0.01, 0.001, 0]
const MINUTES = [1, 5, 10, 30, 60, 240, 1440]

export function Control() {
  const figure = useFigure<ControlAnswer>(CONTROL, { everyMs: 5000 })
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
                  refreshFigures(CONTROL)
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
  setFigure(CONTROL, await ask<ControlAnswer>(`${CONTROL}/${path}`, { method, body }))
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
