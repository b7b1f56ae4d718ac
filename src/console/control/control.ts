// What may be changed of a running process, and taken out of it, by whoever administers it: the log level and the sampling
// for a while, a CPU profile, a heap snapshot. It promises that each change is recorded before it is made, that it goes back
// by itself, and that a profile is taken by one at a time and ends when nobody wants it any more. It refuses what another site
// asks, and everything that is not bounded.
import { timers } from '../../base/clock.ts'
import { parentBased, type Sampler, type SamplerName, samplerOf, traceIdRatio } from '../../trace/sampler.ts'
import type { Asked } from '../declared.ts'
import { problem } from '../problem.ts'
import { readJson, requireSameSite } from '../same-site.ts'
import type { ControlAnswer, HeldChange, LogLevelName, ProfileControl } from './answers.ts'
import { cpuProfile } from './cpu-profile.ts'
import { type HeapSource, nodeHeap, requireRoom, streamed } from './heap-snapshot.ts'
import { type Change, Held, type HeldClock } from './held.ts'
import { Refusal } from './refusal.ts'
import { readLogLevel, readNothing, readProfile, readSampling } from './request.ts'
import { byOf, ControlTrail, type TrailOptions, type What, type Who } from './trail.ts'

export interface ControlSource extends TrailOptions {
  /** Opaque. */
  readonly instance: string
  readonly logs: { readonly level: LogLevelName; hold(level: LogLevelName | null): void }
  readonly logLevel: LogLevelName
  /** Null where spans are not recorded. */
  readonly engine: { resample(sampler: Sampler): void } | null
  readonly sampler: { readonly name: SamplerName; readonly ratio: number }
  /** `ops.control`. */
  readonly allowed: { readonly cpu_profile: boolean; readonly heap_snapshot: boolean }
  readonly clock?: HeldClock | undefined
  readonly inspector?: Parameters<typeof cpuProfile>[0]['load']
  readonly heap?: (() => Promise<HeapSource>) | undefined
}

/** Between two heap snapshots: each of them stops the process. */
const APART_MS = 60_000
/** A snapshot that nobody reads holds its memory no longer. */
const UNREAD_MS = 600_000

const CLOCK: HeldClock = {
  now: Date.now,
  setTimeout: (work, ms) => timers.setTimeout(work, ms).unref(),
  clearTimeout: (timer) => timers.clearTimeout(timer as NodeJS.Timeout | undefined),
}

interface Taking {
  readonly since: number
  readonly by: string | null
  end(): void
}

export class Control {
  readonly #source: ControlSource
  readonly #clock: HeldClock
  readonly #trail: ControlTrail
  readonly #level: Held<LogLevelName>
  readonly #ratio: Held<number>
  readonly #taking: Record<'cpu_profile' | 'heap_snapshot', Taking | null> = { cpu_profile: null, heap_snapshot: null }
  readonly #lastAt: Record<'cpu_profile' | 'heap_snapshot', number | null> = { cpu_profile: null, heap_snapshot: null }
  /** Changes are made one after the other. */
  #turn: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(source: ControlSource) {
    this.#source = source
    this.#clock = source.clock ?? CLOCK
    this.#trail = new ControlTrail(source)
    const { logs, engine, logLevel } = source
    this.#level = new Held(
      (level) => logs.hold(level),
      this.#clock,
      ({ value }) => {
        this.#trail.ended('log_level', value, logLevel, `the log level is ${logLevel} again`)
      },
    )
    this.#ratio = new Held(
      (ratio) => engine?.resample(this.#samplerFor(ratio)),
      this.#clock,
      ({ value }) => {
        const configured = this.#configuredRatio()
        this.#trail.ended('sampling', value, configured, `the sampling ratio is ${configured} again`)
      },
    )
  }

  answer(): ControlAnswer {
    const { instance, logLevel, logs, engine, sampler, allowed } = this.#source
    return {
      scope: 'single-instance',
      instance,
      generated_at: timeOf(this.#clock.now()),
      log_level: {
        configured: logLevel,
        current: logs.level,
        held: heldOf(this.#level.change),
        unavailable: null,
      },
      sampling: {
        sampler: sampler.name,
        configured: engine === null ? null : this.#configuredRatio(),
        current: engine === null ? null : (this.#ratio.change?.value ?? this.#configuredRatio()),
        held: heldOf(this.#ratio.change),
        unavailable: engine === null ? 'Spans are not recorded here.' : null,
      },
      cpu_profile: this.#profile('cpu_profile', allowed.cpu_profile, null),
      heap_snapshot: this.#profile('heap_snapshot', allowed.heap_snapshot, APART_MS),
    }
  }

  setLogLevel(asked: Asked): Promise<ControlAnswer | Response> {
    return this.#change('log_level', asked, readLogLevel, async ({ level, seconds }, who) => {
      this.#requireOpen()
      const { logs } = this.#source
      const until = this.#clock.now() + seconds * 1000
      const text = `the log level is ${level} instead of ${logs.level} until ${timeOf(until)}`
      await this.#trail.changed('log_level', who, logs.level, { level, until: timeOf(until) }, text)
      this.#requireOpen()
      this.#level.hold(level, until, byOf(who.caller))
    })
  }

  resetLogLevel(asked: Asked): Promise<ControlAnswer | Response> {
    return this.#change('log_level', asked, readNothing, async (_, who) => {
      const { logLevel } = this.#source
      const held = this.#level.change
      if (held === null) return
      await this.#trail.changed('log_level', who, held.value, logLevel, `the log level is ${logLevel} again`)
      this.#level.release()
    })
  }

  setSampling(asked: Asked): Promise<ControlAnswer | Response> {
    return this.#change('sampling', asked, readSampling, async ({ ratio, seconds }, who) => {
      this.#requireOpen()
      if (this.#source.engine === null) throw new Refusal(409, 'not_recorded', 'Spans are not recorded here.')
      const until = this.#clock.now() + seconds * 1000
      const from = this.#ratio.change?.value ?? this.#configuredRatio()
      const text = `the sampling ratio is ${ratio} instead of ${from} until ${timeOf(until)}`
      await this.#trail.changed('sampling', who, from, { ratio, until: timeOf(until) }, text)
      this.#requireOpen()
      this.#ratio.hold(ratio, until, byOf(who.caller))
    })
  }

  resetSampling(asked: Asked): Promise<ControlAnswer | Response> {
    return this.#change('sampling', asked, readNothing, async (_, who) => {
      const held = this.#ratio.change
      if (held === null) return
      const configured = this.#configuredRatio()
      await this.#trail.changed('sampling', who, held.value, configured, `the sampling ratio is ${configured} again`)
      this.#ratio.release()
    })
  }

  /** Answers the profile as a download when its time is over. */
  takeCpuProfile(asked: Asked): Promise<Response> {
    const what = 'cpu_profile'
    return this.#asked(what, asked, async (who) => {
      const { seconds } = readProfile(await readJson(asked.request))
      if (!this.#source.allowed.cpu_profile) throw off(what)
      const gone = new AbortController()
      const end = this.#begin(what, who, () => gone.abort())
      const leave = () => gone.abort()
      const { signal } = asked.request
      signal.addEventListener('abort', leave)
      if (signal.aborted) leave()
      try {
        await this.#trail.changed(what, who, null, { seconds }, `a CPU profile of ${seconds} s is taken`)
        const { setTimeout, clearTimeout } = this.#clock
        const { inspector: load } = this.#source
        const text = await cpuProfile({ seconds, signal: gone.signal, setTimeout, clearTimeout, load })
        if (text === null) throw new Refusal(503, 'given_up', 'The profile was given up before its time was over.')
        return download(text, this.#name('cpu', 'cpuprofile'))
      } finally {
        signal.removeEventListener('abort', leave)
        end()
      }
    })
  }

  /** Streams it. */
  takeHeapSnapshot(asked: Asked): Promise<Response> {
    const what = 'heap_snapshot'
    return this.#asked(what, asked, async (who) => {
      readNothing(await readJson(asked.request))
      if (!this.#source.allowed.heap_snapshot) throw off(what)
      const left = (this.#lastAt.heap_snapshot ?? Number.NEGATIVE_INFINITY) + APART_MS - this.#clock.now()
      if (this.#taking.heap_snapshot === null && left > 0) {
        const detail = `Heap snapshots are ${APART_MS / 1000} s apart: each of them stops the process.`
        throw new Refusal(429, 'too_soon', detail, Math.ceil(left / 1000))
      }
      let giveUp = () => {}
      const before = this.#lastAt.heap_snapshot
      const over = this.#begin(what, who, () => giveUp())
      try {
        const heap = await (this.#source.heap ?? nodeHeap)()
        requireRoom(heap)
        await this.#trail.changed(what, who, null, 'taken', 'a heap snapshot is taken')
        // The connection may have been lost meanwhile.
        if (asked.request.signal.aborted || this.#closed)
          throw new Refusal(503, 'given_up', 'The snapshot was given up.')
        const snapshot = heap.snapshot()
        const timer = this.#clock.setTimeout(() => giveUp(), UNREAD_MS)
        const { body, end } = streamed(snapshot, () => {
          this.#clock.clearTimeout(timer)
          over()
        })
        giveUp = end
        return download(body, this.#name('heap', 'heapsnapshot'))
      } catch (error) {
        over()
        this.#lastAt.heap_snapshot = before
        throw error
      }
    })
  }

  /** Back to what is configured; what is being taken is given up. */
  close(): void {
    this.#closed = true
    this.#level.release()
    this.#ratio.release()
    for (const taking of Object.values(this.#taking)) taking?.end()
    this.#trail.close()
  }

  async #change<T>(
    what: What,
    asked: Asked,
    read: (body: unknown) => T,
    make: (given: T, who: Who) => Promise<void>,
  ): Promise<ControlAnswer | Response> {
    return this.#asked<ControlAnswer | Response>(what, asked, async (who) => {
      const given = read(await readJson(asked.request))
      const made = this.#turn.then(() => make(given, who))
      this.#turn = made.catch(() => {})
      await made
      return this.answer()
    })
  }

  /** Refusals are recorded, and said in words. */
  async #asked<T>(what: What, asked: Asked, work: (who: Who) => Promise<T>): Promise<T | Response> {
    const { request, caller, correlationId } = asked
    const userAgent = request.headers.get('user-agent')?.slice(0, 256) ?? null
    const who = { caller, correlationId, userAgent }
    try {
      requireSameSite(request)
      return await work(who)
    } catch (error) {
      const { code } = error as { code?: unknown }
      this.#trail.refused(what, who, typeof code === 'string' ? code : 'exception')
      if (!(error instanceof Refusal)) throw error
      const answer = problem(error.status, error.code, error.message, correlationId)
      if (error.retryAfter !== undefined) answer.headers.set('retry-after', String(error.retryAfter))
      return answer
    }
  }

  /** It may have stopped while the trail was waited for. */
  #requireOpen(): void {
    if (this.#closed) throw new Refusal(503, 'stopping', 'The service stops.')
  }

  /** One at a time; the result ends it. */
  #begin(what: 'cpu_profile' | 'heap_snapshot', who: Who, end: () => void): () => void {
    this.#requireOpen()
    if (this.#taking[what] !== null) {
      throw new Refusal(409, 'already_running', 'One is being taken already: there is one at a time.')
    }
    const taking = { since: this.#clock.now(), by: byOf(who.caller), end }
    this.#taking[what] = taking
    this.#lastAt[what] = taking.since
    return () => {
      if (this.#taking[what] === taking) this.#taking[what] = null
    }
  }

  #profile(what: 'cpu_profile' | 'heap_snapshot', enabled: boolean, apartMs: number | null): ProfileControl {
    const taking = this.#taking[what]
    const last = this.#lastAt[what]
    const next = apartMs === null || last === null ? null : last + apartMs
    return {
      enabled,
      running: taking && { since: timeOf(taking.since), by: taking.by },
      next_at: next !== null && next > this.#clock.now() ? timeOf(next) : null,
      last_at: last === null ? null : timeOf(last),
    }
  }

  /** What the configured sampler keeps of the traces that begin here. */
  #configuredRatio(): number {
    const { name, ratio } = this.#source.sampler
    if (name.endsWith('always_off')) return 0
    return name.endsWith('traceidratio') ? ratio : 1
  }

  /** Whoever follows its parent does so still. */
  #samplerFor(ratio: number | null): Sampler {
    const { name, ratio: configured } = this.#source.sampler
    if (ratio === null) return samplerOf(name, configured)
    return name.startsWith('parentbased') ? parentBased(traceIdRatio(ratio)) : traceIdRatio(ratio)
  }

  #name(kind: string, ending: string): string {
    const at = timeOf(this.#clock.now()).replace(/[-:]|\.\d+/g, '')
    return `${kind}-${at}.${ending}`
  }
}

function off(what: string): Refusal {
  return new Refusal(403, `${what}_off`, `ops.control.${what} is false in the configuration.`)
}

function heldOf(change: Change<unknown> | null): HeldChange | null {
  return change && { since: timeOf(change.since), until: timeOf(change.until), by: change.by }
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}

function download(body: string | ReadableStream<Uint8Array>, name: string): Response {
  return new Response(body, {
    headers: {
      'content-type': 'application/json',
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
    },
  })
}
