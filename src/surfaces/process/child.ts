// Child processes: every asynchronous way of node:child_process makes a ChildProcess, which its channel announces just
// before the program is started, and cluster workers are made by `fork`. The trace goes into the environment of the child
// under the names of OpenTelemetry's environment carrier (TRACEPARENT, TRACESTATE), unless the application set them.

import type { ChildProcess } from 'node:child_process'
import { channel } from 'node:diagnostics_channel'
import { errorMonitor } from 'node:events'
import { basename } from 'node:path'
import { OWN_TRAFFIC } from '../../base/own.ts'
import { guarded, Life, type Source } from './life.ts'
import { running } from './running.ts'

const CHANNEL = channel('child_process')

/** What `spawn` of the instance is given; Node's own, not documented. */
interface SpawnOptions {
  file?: string
  envPairs?: string[]
}

type Spawn = (this: Child, options: SpawnOptions) => unknown
type Child = ChildProcess & { spawn: Spawn; [OWN_TRAFFIC]?: boolean }

export function startChildren(): void {
  CHANNEL.subscribe(onChild)
}

export function stopChildren(): void {
  CHANNEL.unsubscribe(onChild)
}

function onChild(message: unknown): void {
  guarded(() => {
    const { process: child } = message as { process: Child }
    const { spawn } = child
    if (typeof spawn !== 'function') return
    // Only the call of `spawn` knows what is started, and only before it can something be given.
    Object.defineProperty(child, 'spawn', {
      configurable: true,
      writable: true,
      value(this: Child, options: SpawnOptions) {
        delete (this as { spawn?: Spawn }).spawn
        guarded(() => begin(this, options))
        return spawn.call(this, options)
      },
    })
  })
}

function begin(child: Child, options: SpawnOptions): void {
  const { surface } = running
  if (surface === null || child[OWN_TRAFFIC] === true) return
  const pairs = options?.envPairs
  const source: Source =
    Array.isArray(pairs) && pairs.some((pair) => pair.startsWith('NODE_UNIQUE_ID=')) ? 'cluster' : 'child'
  const life = new Life(surface, source, { 'process.executable.name': nameOf(options?.file) })
  if (Array.isArray(pairs)) tell(pairs, surface.contextOf(life.frame), surface.given)
  child.once('spawn', () => guarded(() => life.started({ 'process.pid': child.pid })))
  // `exit` does not come where `spawn` did not.
  child.once(errorMonitor as unknown as 'error', (error) =>
    guarded(() => child.pid === undefined && life.refused(error)),
  )
  child.once('exit', (code, signal) =>
    guarded(() => {
      const failed = code !== 0
      const reason = signal === null ? `exit code ${code}` : `signal ${signal}`
      life.ended(
        failed,
        {
          'process.pid': child.pid,
          'process.exit.code': code ?? undefined,
          'process.exit.signal': signal ?? undefined,
        },
        failed ? reason : undefined,
      )
    }),
  )
}

/** What the application wrote stays; what this process was started with itself, and only passes on, does not. */
function tell(pairs: string[], headers: Record<string, string>, given: Readonly<Record<string, string>>): void {
  if (headers['traceparent'] === undefined) return
  const at = pairs.findIndex((pair) => pair.startsWith('TRACEPARENT='))
  if (at >= 0 && pairs[at] !== `TRACEPARENT=${given['traceparent']}`) return
  const kept = pairs.filter((pair) => !/^TRACE(?:PARENT|STATE)=/.test(pair))
  const told = Object.entries(headers).map(([name, value]) => `${name.toUpperCase()}=${value}`)
  pairs.splice(0, pairs.length, ...kept, ...told)
}

function nameOf(file: unknown): string | undefined {
  return typeof file === 'string' && file !== '' ? basename(file) : undefined
}
