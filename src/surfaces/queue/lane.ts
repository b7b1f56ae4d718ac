// What all messages of one place have in common: the name of their spans, their series, and attributes that are encoded
// once. A message says only what is its own.
import { Template } from '../../model/span.ts'
import { cutText } from '../../redact/cut.ts'
import type { QueueSeries } from './instruments.ts'
import type { Attributes, QueueSurface } from './surface.ts'

/** Of one client. Names may be made of ids: past this many it begins anew. */
const MAX_LANES = 100

/** What is done with messages, as the semantic conventions call it. */
export interface Doing {
  readonly operation: string
  readonly type: string
}

export const PUBLISH: Doing = { operation: 'publish', type: 'send' }
export const PROCESS: Doing = { operation: 'process', type: 'process' }

export class Lane {
  readonly surface: QueueSurface
  readonly series: QueueSeries | null
  /** Of its spans. */
  readonly name: string
  readonly template: Template

  constructor(surface: QueueSurface, series: QueueSeries | null, name: string, template: Template) {
    this.surface = surface
    this.series = series
    this.name = name
    this.template = template
  }
}

/** A lane whose spans say `attributes` alike; what is undefined is left out. */
export function laneOf(
  surface: QueueSurface,
  { operation, type }: Doing,
  system: string,
  queue: string,
  attributes: Attributes,
): Lane {
  const longest = surface.tracer?.engine.limits.valueLength ?? Number.POSITIVE_INFINITY
  const flat: (string | number | boolean)[] = []
  const say = (key: string, value: string | number | boolean | undefined): void => {
    if (value !== undefined) flat.push(key, typeof value === 'string' ? cutText(value, longest) : value)
  }
  say('messaging.system', system)
  say('messaging.operation.name', operation)
  say('messaging.operation.type', type)
  for (const key in attributes) say(key, attributes[key])
  return new Lane(surface, surface.series(queue), nameOf(operation, queue), new Template(flat))
}

export function nameOf(operation: string, queue: string): string {
  return queue === '' ? operation : `${operation} ${queue}`
}

/** Makes the lane that up to three texts tell apart. */
export type MakeLane = (surface: QueueSurface, a: string, b: string, c: string) => Lane

interface Known {
  readonly a: string
  readonly b: string
  readonly c: string
  readonly lane: Lane
}

/** The lanes of one client. */
export class Lanes {
  readonly #make: MakeLane
  readonly #known = new Map<string, Known>()
  #last: Known | null = null

  constructor(make: MakeLane) {
    this.#make = make
  }

  at(surface: QueueSurface, a: string, b: string, c: string): Lane {
    const last = this.#last
    return last !== null && is(last, surface, a, b, c) ? last.lane : this.#find(surface, a, b, c)
  }

  #find(surface: QueueSurface, a: string, b: string, c: string): Lane {
    const key = `${a}\n${b}\n${c}`
    let known = this.#known.get(key)
    if (known === undefined || !is(known, surface, a, b, c)) {
      known = { a, b, c, lane: this.#make(surface, a, b, c) }
      if (this.#known.size >= MAX_LANES) this.#known.clear()
      this.#known.set(key, known)
    }
    this.#last = known
    return known.lane
  }
}

function is({ a, b, c, lane }: Known, surface: QueueSurface, x: string, y: string, z: string): boolean {
  return a === x && b === y && c === z && lane.surface === surface
}
