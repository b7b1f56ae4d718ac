// Which spans are recorded. A sampler whose answer is always the same says so once and is never asked; one whose answer
// depends on the name alone is asked once per name; only the others are asked per span.

import type { Frame } from '../context/frame.ts'
import { FLAG_DEFERRED, FLAG_REMOTE, FLAG_SAMPLED } from '../model/span.ts'

/** Not recorded; ids travel on with the sampled flag off. */
export const DROP = 0
/** Recorded for readers in this process, not exported, sampled flag off. */
export const RECORD = 1
/** Recorded and exported, sampled flag on. */
export const SAMPLE = 2

export type Decision = typeof DROP | typeof RECORD | typeof SAMPLE

export interface Sampler {
  /** As the specification wants samplers to describe themselves, such as `TraceIdRatioBased{0.1}`. */
  readonly description: string
  /** The answer for every span, where there is only one. */
  readonly constant?: Decision
  /** The answer for all spans of that name, remembered; undefined when it depends on the span. */
  byName?(name: string): Decision | undefined
  /**
   * `t2` and `t3` are the low half of the trace id, as signed integers; `parent` is null for a root;
   * `attributes` are those given at the start, as the caller wrote them.
   */
  decide(t2: number, t3: number, parent: Frame | null, name: string, kind: number, attributes: object | null): Decision
}

export const ALWAYS_ON: Sampler = { description: 'AlwaysOnSampler', constant: SAMPLE, decide: () => SAMPLE }
export const ALWAYS_OFF: Sampler = { description: 'AlwaysOffSampler', constant: DROP, decide: () => DROP }

/**
 * Samples when the low 56 bits of the trace id, read as a number R, are at least T = (1 - ratio) * 2^56: the consistent
 * probability rule of the OpenTelemetry specification (trace/tracestate-probability-sampling, "sampling decision") on
 * the bits that W3C Trace Context Level 2 promises to be random. Whatever one service samples, a service with a
 * higher ratio samples too. Ratios outside 0 to 1 are the nearest end; NaN is 0, since keeping nothing hurts nobody.
 */
export function traceIdRatio(ratio: number): Sampler {
  const description = `TraceIdRatioBased{${ratio}}`
  if (ratio >= 1) return { description, constant: SAMPLE, decide: () => SAMPLE }
  if (!(ratio > 0)) return { description, constant: DROP, decide: () => DROP }
  // 56 bits do not fit a double, nor does 1 - ratio for a small one: what is kept is split into 24 and 32 bits, and
  // the threshold is what is left of 2^56.
  const kept = ratio * 2 ** 24
  const keptLow = Math.floor((kept - Math.floor(kept)) * 2 ** 32)
  const high = 2 ** 24 - Math.floor(kept) - (keptLow > 0 ? 1 : 0)
  const low = keptLow > 0 ? 2 ** 32 - keptLow : 0
  return {
    description,
    decide(t2, t3) {
      const upper = t2 & 0xffffff
      return upper > high || (upper === high && t3 >>> 0 >= low) ? SAMPLE : DROP
    },
  }
}

export interface ParentRules {
  readonly remoteSampled?: Sampler
  readonly remoteNotSampled?: Sampler
  readonly localSampled?: Sampler
  readonly localNotSampled?: Sampler
}

/** `root` decides for spans without a parent; the others follow their parent unless a rule says otherwise. */
export function parentBased(root: Sampler, rules: ParentRules = {}): Sampler {
  const remoteOn = rules.remoteSampled ?? ALWAYS_ON
  const remoteOff = rules.remoteNotSampled ?? ALWAYS_OFF
  const localOn = rules.localSampled ?? ALWAYS_ON
  const localOff = rules.localNotSampled ?? ALWAYS_OFF
  return {
    description: `ParentBased{root=${root.description}, remoteParentSampled=${remoteOn.description}, remoteParentNotSampled=${remoteOff.description}, localParentSampled=${localOn.description}, localParentNotSampled=${localOff.description}}`,
    decide(t2, t3, parent, name, kind, attributes) {
      let chosen = root
      if (parent !== null && (parent.flags & FLAG_DEFERRED) === 0) {
        const on = (parent.flags & FLAG_SAMPLED) !== 0
        if ((parent.flags & FLAG_REMOTE) !== 0) chosen = on ? remoteOn : remoteOff
        else chosen = on ? localOn : localOff
      }
      return chosen.constant ?? chosen.decide(t2, t3, parent, name, kind, attributes)
    },
  }
}

export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio'

/** The samplers of OTEL_TRACES_SAMPLER; `ratio` counts for the two that have one. */
export function samplerOf(name: SamplerName, ratio = 1): Sampler {
  switch (name) {
    case 'always_on':
      return ALWAYS_ON
    case 'always_off':
      return ALWAYS_OFF
    case 'traceidratio':
      return traceIdRatio(ratio)
    case 'parentbased_always_on':
      return parentBased(ALWAYS_ON)
    case 'parentbased_always_off':
      return parentBased(ALWAYS_OFF)
    case 'parentbased_traceidratio':
      return parentBased(traceIdRatio(ratio))
  }
}
