// Scheduled jobs, and work that this process was started for.
import { whenEnded } from '../../base/outcome.ts'
import { current, runIn, runWith } from '../../context/current.ts'
import { Frame } from '../../context/frame.ts'
import { NO_SPAN } from '../../context/non-recording.ts'
import { KIND_INTERNAL } from '../../model/span.ts'
import type { Started } from '../../trace/tracer.ts'
import { running } from './running.ts'

/**
 * Runs one round of a scheduled job in a span of that name, a root where nothing is current, and counts it as started,
 * active and terminated. What `work` throws goes on to the caller; hand the call to any scheduler:
 * `cron.schedule('0 3 * * *', () => job('nightly report', report))`.
 */
export function job<R>(name: string, work: (span: Started) => R): R {
  const { surface } = running
  if (surface === null) return work(NO_SPAN)
  const { counts, tracer } = surface
  const outer = current() ?? null
  const span = tracer === null ? null : tracer.start(name, KIND_INTERNAL, outer)
  span?.set('process.source', 'job')
  counts.started()
  const done = (failed: boolean, error: unknown): void => {
    counts.ended(failed)
    if (span === null) return
    span.set('termination.reason', failed ? 'error' : 'completed')
    if (failed) span.fail(error)
    span.end()
  }
  const run = (): R => (span === null ? work(NO_SPAN) : runWith(new Frame(outer).hold(span), work, span))
  return whenEnded(run, done)
}

/**
 * Runs `work` in the trace in which this process, cluster worker or thread was started, so that its spans are of that
 * trace; where it was told of none, or something is current already, `work` just runs. For processes that are started to
 * do one thing: what a server does belongs to its requests.
 */
export function inherit<R>(work: () => R): R {
  const inherited = running.surface?.inherited ?? null
  return inherited === null || current()?.hasTrace ? work() : runIn(inherited, work)
}
