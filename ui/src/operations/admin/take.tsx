// What is taken from the running process and handed to whoever asked: a CPU profile of the next seconds, a snapshot of the heap.
import { useState } from 'preact/hooks'
import type { CpuProfileRequest, ProfileControl } from '../../../../src/console/control/answers.ts'
import { Badge, Button } from '../../parts/button.tsx'
import { send } from '../client.ts'
import { Ago, now, Since, Until } from '../clock.tsx'
import { CONTROL, type Deed } from './deed.ts'
import { download, sizeText } from './download.ts'
import { Select } from './select.tsx'

interface TakeProps {
  readonly control: ProfileControl
  ask(deed: Deed): void
}

const SECONDS = [5, 10, 20, 30, 60]

export function CpuProfile({ control, ask: confirm }: TakeProps) {
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
                    await download(await send(`${CONTROL}/cpu-profile`, { method: 'POST', body }), 'cpu.cpuprofile'),
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

export function HeapSnapshot({ control, ask: confirm }: TakeProps) {
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
                      await send(`${CONTROL}/heap-snapshot`, { method: 'POST', body: {} }),
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
