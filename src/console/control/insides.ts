// The insides of this process as the operations page asks for them: the runtime, the metrics and their limits, the exporters,
// and what is observed. It promises that what many ask within a second is found once, and that asking changes nothing; it
// refuses to tell anything of another process.
import { Brief } from '../brief.ts'
import type {
  CardinalityAnswer,
  ExportersAnswer,
  InstrumentationAnswer,
  OfThisProcess,
  RuntimeAnswer,
} from './answers.ts'
import { type CardinalitySource, cardinalityOf, topOf } from './cardinality.ts'
import { type ExportersSource, exportersOf } from './exporters.ts'
import { type InstrumentationSource, instrumentationOf } from './instrumentation.ts'
import { RuntimeInsides, type RuntimeSource } from './runtime.ts'

export interface InsidesSource extends RuntimeSource, CardinalitySource, ExportersSource, InstrumentationSource {
  readonly registry: CardinalitySource['registry']
  /** Opaque. */
  readonly instance: string
}

/** Answers that are kept: one for each address, and one for each `?top=`. */
const KEPT = 110

export class Insides {
  readonly #source: InsidesSource
  readonly #runtime: RuntimeInsides
  readonly #kept = new Brief<unknown>(KEPT)

  constructor(source: InsidesSource) {
    this.#source = source
    this.#runtime = new RuntimeInsides(source)
  }

  /** `now`: milliseconds since the epoch. */
  runtime(now: number): RuntimeAnswer {
    return this.#fresh('runtime', now, (head) => this.#runtime.answer(head))
  }

  cardinality(search: URLSearchParams, now: number): CardinalityAnswer {
    const top = topOf(search)
    return this.#fresh(`cardinality ${top}`, now, (head) => cardinalityOf(this.#source, head, top, now))
  }

  exporters(now: number): ExportersAnswer {
    return this.#fresh('exporters', now, (head) => exportersOf(this.#source, head))
  }

  instrumentation(now: number): InstrumentationAnswer {
    return this.#fresh('instrumentation', now, (head) => instrumentationOf(this.#source, head))
  }

  #fresh<T>(key: string, now: number, find: (head: OfThisProcess) => T): T {
    const { instance } = this.#source
    const generated_at = new Date(now).toISOString()
    return this.#kept.of(key, now, () => find({ scope: 'single-instance', instance, generated_at })) as T
  }
}
