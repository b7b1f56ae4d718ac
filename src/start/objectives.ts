// The objectives of this service. With some declared they are watched from the start; otherwise nothing of them is loaded
// before somebody asks, and then there is nothing to tell.
import { monotonic, now } from '../base/clock.ts'
import { notice, thrownText } from '../base/notice.ts'
import type { Config } from '../config/config.ts'
import { type Lifecycle, STOP } from '../lifecycle/lifecycle.ts'
import type { Registry } from '../metrics/registry.ts'
import { held } from '../objectives/held.ts'
import type { Objectives } from '../objectives/objectives.ts'
import type { TrafficRing } from '../traffic/ring.ts'

export interface ObjectiveParts {
  readonly config: Config
  readonly registry: Registry
  readonly traffic: TrafficRing
  readonly lifecycle: Lifecycle
}

export interface StartedObjectives {
  /** The room, imported with the first question where nothing is declared. */
  readonly load: () => Promise<Objectives>
}

export function startObjectives({ config, registry, traffic, lifecycle }: ObjectiveParts): StartedObjectives {
  const { slos, watchlist, metrics, observability } = config
  const { instance, reconcile_interval } = config.console
  const declared = slos.length > 0 || watchlist.length > 0
  const began = { monotonic: monotonic(), now: now() }
  let made: Promise<Objectives> | undefined
  let watched: Promise<Objectives> | null = null
  let undo: (() => void) | undefined
  let stopped = false

  async function make(): Promise<Objectives> {
    const [{ Objectives }, { showObjectives }] = await Promise.all([
      import('../objectives/objectives.ts'),
      import('../objectives/gauges.ts'),
    ])
    const objectives = new Objectives({
      slos,
      watchlist,
      registry,
      recorded: metrics.enabled,
      namespace: observability.metrics.namespace,
      traffic,
      instance,
      functions: held.functions,
      intervalMs: reconcile_interval,
      began,
    })
    if (stopped || !declared) return objectives
    held.running = objectives
    for (const told of held.early?.splice(0) ?? []) objectives.hear(told)
    objectives.start()
    const hide = showObjectives(registry, () => objectives.objectives().objectives)
    undo = () => {
      hide()
      objectives.stop()
      if (held.running === objectives) held.running = null
    }
    return objectives
  }

  const load = () =>
    (made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    }))
  if (config.mode === 'off' || !declared) held.early = null
  else {
    held.early ??= []
    watched = load()
    held.made = watched
    watched.catch((error: unknown) => {
      notice('error', 'objectives.failed', `objectives cannot be watched: ${thrownText(error)}`)
    })
  }
  lifecycle.onStop('objectives', STOP.close, () => {
    stopped = true
    undo?.()
    if (held.made !== watched) return
    held.made = held.early = null
  })
  return { load }
}
