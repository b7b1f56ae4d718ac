// What applications call by name: a span around a function, and changes to whatever span is current. Each works before
// start, after stop and outside of any request, as a no-op; none needs a check at the call site (W-09).

import { whenEnded } from '../base/outcome.ts'
import { current, runWith } from '../context/current.ts'
import { type CurrentSpan, Frame, SPAN_KEY } from '../context/frame.ts'
import { NO_SPAN } from '../context/non-recording.ts'
import { STATUS_ERROR, STATUS_UNSET } from '../model/span.ts'
import { ForeignSpan } from './foreign.ts'
import { tracer } from './installed.ts'
import type { Started, StartOptions } from './tracer.ts'

const TRACER = tracer('telltale')

export type Kind = 'internal' | 'server' | 'client' | 'producer' | 'consumer'

export interface SpanSettings {
  kind?: Kind
  attributes?: object
  links?: StartOptions['links']
  /** Starts a new trace whatever is current. */
  root?: boolean
}

const KINDS: readonly Kind[] = ['internal', 'server', 'client', 'producer', 'consumer']

/**
 * Runs `work` in a new span that ends when it returns, throws or settles. What is thrown is recorded, makes the
 * status an error, and goes on to the caller. A promise resolves to the very value of `work`.
 */
export function span<R>(name: string, work: (span: Started) => R): R
export function span<R>(name: string, settings: SpanSettings, work: (span: Started) => R): R
export function span<R>(
  name: string,
  second: SpanSettings | ((span: Started) => R),
  third?: (span: Started) => R,
): R | undefined {
  const work = typeof second === 'function' ? second : third
  if (typeof work !== 'function') return undefined
  if (!TRACER.engine.on) return work(NO_SPAN)
  const settings = typeof second === 'function' ? null : second
  const made =
    settings === null
      ? TRACER.start(name)
      : TRACER.startSpan(name, {
          kind: Math.max(0, KINDS.indexOf(settings.kind ?? 'internal')),
          ...(settings.attributes && { attributes: settings.attributes }),
          ...(settings.links && { links: settings.links }),
          root: settings.root === true,
        })
  return whenEnded(
    () => runWith(new Frame(current() ?? null).hold(made), work, made),
    (failed, error) => {
      if (failed) made.fail(error)
      made.end()
    },
  )
}

/** The current span, whoever started it, or one whose methods do nothing. */
export function currentSpan(): Started {
  const held = current()?.getValue(SPAN_KEY) as Started | CurrentSpan | undefined
  if (held === undefined) return NO_SPAN
  return 't0' in held ? held : new ForeignSpan(held)
}

/** Sets attributes of the current span. */
export function setAttributes(attributes: object): void {
  current()?.span?.setAttributes(attributes)
}

/** Adds an event to the current span. */
export function addEvent(name: string, attributes?: object): void {
  current()?.span?.addEvent(name, attributes)
}

/** Status of a server span: an error from 500 on, else unset; a 4xx is the client's error, and OK is never ours to say. */
export function httpStatus(status: number): number {
  return status >= 500 ? STATUS_ERROR : STATUS_UNSET
}
