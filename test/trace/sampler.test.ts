import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'
import { Frame } from '../../src/context/frame.ts'
import { FLAG_REMOTE, KIND_SERVER } from '../../src/model/span.ts'
import {
  ALWAYS_OFF,
  ALWAYS_ON,
  DROP,
  parentBased,
  RECORD,
  SAMPLE,
  type Sampler,
  type SamplerName,
  samplerOf,
  traceIdRatio,
} from '../../src/trace/sampler.ts'
import { recorder } from './recorder.ts'

afterEach(() => {
  onNotice(undefined)
  forgetNotices()
})

function parent(flags: number): Frame {
  const frame = new Frame(null)
  frame.t0 = frame.t3 = frame.s1 = 1
  frame.flags = flags
  return frame
}

const ROOT = null
const REMOTE_ON = parent(FLAG_REMOTE | 1)
const REMOTE_OFF = parent(FLAG_REMOTE)
const LOCAL_ON = parent(3)
const LOCAL_OFF = parent(2)

const STANDARD: [
  SamplerName,
  number,
  [root: number, remoteOn: number, remoteOff: number, localOn: number, localOff: number],
][] = [
  ['always_on', 0, [2, 2, 2, 2, 2]],
  ['always_off', 1, [0, 0, 0, 0, 0]],
  ['traceidratio', 1, [2, 2, 2, 2, 2]],
  ['traceidratio', 0, [0, 0, 0, 0, 0]],
  ['parentbased_always_on', 0, [2, 2, 0, 2, 0]],
  ['parentbased_always_off', 1, [0, 2, 0, 2, 0]],
  ['parentbased_traceidratio', 1, [2, 2, 0, 2, 0]],
  ['parentbased_traceidratio', 0, [0, 2, 0, 2, 0]],
]

test.each(STANDARD)('%s with %d decides as the specification says [W-36]', (name, ratio, expected) => {
  const sampler = samplerOf(name, ratio)
  expect(
    [ROOT, REMOTE_ON, REMOTE_OFF, LOCAL_ON, LOCAL_OFF].map((from) =>
      sampler.decide(1, 1, from, 's', KIND_SERVER, null),
    ),
  ).toEqual(expected)
})

test('each case of a parent can have its own sampler [W-36]', () => {
  const fixed = (constant: 0 | 1 | 2): Sampler => ({ description: `f${constant}`, decide: () => constant })
  const sampler = parentBased(fixed(2), {
    remoteSampled: fixed(0),
    remoteNotSampled: fixed(1),
    localSampled: fixed(1),
    localNotSampled: fixed(2),
  })
  expect(
    [ROOT, REMOTE_ON, REMOTE_OFF, LOCAL_ON, LOCAL_OFF].map((from) => sampler.decide(1, 1, from, 's', 1, null)),
  ).toEqual([2, 0, 1, 1, 2])
  expect(sampler.description).toBe(
    'ParentBased{root=f2, remoteParentSampled=f0, remoteParentNotSampled=f1, localParentSampled=f1, localParentNotSampled=f2}',
  )
})

test('ratios outside 0 to 1 are always or never, and NaN is never [R-04]', () => {
  expect([1, 1.5, Number.POSITIVE_INFINITY, 0, -1, Number.NaN].map((ratio) => traceIdRatio(ratio).constant)).toEqual([
    2, 2, 2, 0, 0, 0,
  ])
})

// R >= T on the low 56 bits, T = (1 - ratio) * 2^56; the first 72 bits of the id must not matter.
const EDGES: [ratio: number, t2: number, t3: number, decision: number][] = [
  [0.5, 0x7fffff, -1, DROP],
  [0.5, 0x800000, 0, SAMPLE],
  [0.5, 0xff800000 | 0, 0, SAMPLE],
  [0.5, 0xff7fffff | 0, -1, DROP],
  [0.25, 0xbfffff, -1, DROP],
  [0.25, 0xc00000, 0, SAMPLE],
  [2 ** -56, 0xffffff, -1, SAMPLE],
  [2 ** -32, 0xffffff, 0xfeffffff | 0, DROP],
  [2 ** -32, 0xffffff, 0xff000000 | 0, SAMPLE],
]

test.each(EDGES)('ratio %d and low half %i %i: %i [R-04]', (ratio, t2, t3, decision) => {
  expect(traceIdRatio(ratio).decide(t2, t3, null, 's', 1, null)).toBe(decision)
})

test('of many trace ids the share is the ratio [R-04]', () => {
  for (const ratio of [0.001, 0.01, 0.1, 0.5, 0.9]) {
    const sampler = traceIdRatio(ratio)
    let sampled = 0
    const steps = 100_000
    // Every step of the range once, with scrambled low bits: exact to one in 100 000.
    for (let i = 0; i < steps; i++) {
      if (sampler.decide(Math.floor((i / steps) * 2 ** 24), Math.imul(i, 0x9e3779b1), null, 's', 1, null) === SAMPLE)
        sampled++
    }
    expect(Math.abs(sampled / steps - ratio)).toBeLessThan(0.0001)
  }
})

test('random ids of our own are sampled at the ratio [R-04]', () => {
  const on = recorder({ ids: undefined as never, sampler: traceIdRatio(0.2) })
  for (let i = 0; i < 20_000; i++) on.tracer.start('s', 1, null).end()
  // Binomial: five standard deviations are 283.
  expect(Math.abs(on.finished.length - 4000)).toBeLessThan(283)
})

test('services with different ratios agree: the smaller sample lies within the larger [R-04]', () => {
  const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
  const ratio = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(word, word, ratio, ratio, (t2, t3, a, b) => {
      const small = traceIdRatio(Math.min(a, b)).decide(t2, t3, null, 's', 1, null)
      const large = traceIdRatio(Math.max(a, b)).decide(t2, t3, null, 's', 1, null)
      expect(small === SAMPLE && large === DROP).toBe(false)
    }),
    { numRuns: 1000 },
  )
})

test('a sampler whose answer hangs on the name alone is asked once per name [H-25]', () => {
  const asked: string[] = []
  const sampler: Sampler = {
    description: 'names',
    byName(name) {
      asked.push(`name ${name}`)
      return name === 'health' ? DROP : name === 'keep' ? SAMPLE : undefined
    },
    decide(_t2, _t3, _parent, name, _kind, attributes) {
      asked.push(`span ${name} ${JSON.stringify(attributes)}`)
      return RECORD
    },
  }
  const on = recorder({ sampler })
  for (const name of ['health', 'health', 'keep', 'keep', 'other']) on.tracer.start(name).end()
  on.tracer.startSpan('other', { attributes: { a: 1 } }).end()
  expect(asked).toEqual(['name health', 'name keep', 'name other', 'span other null', 'span other {"a":1}'])
  expect(on.finished.map((span) => span.name)).toEqual(['keep', 'keep'])
  expect([...on.engine.live]).toEqual([0, 0, 0])
})

test('a sampler with one answer is never asked [H-25]', () => {
  let asked = 0
  const on = recorder({
    sampler: {
      description: 'fixed',
      constant: SAMPLE,
      decide: () => {
        asked++
        return DROP
      },
    },
  })
  on.tracer.start('s').end()
  expect([asked, on.finished.length]).toEqual([0, 1])
})

test('a sampler that throws drops the span and does not hurt the caller [W-09]', () => {
  const said: Notice[] = []
  onNotice((notice) => void said.push(notice))
  const on = recorder({
    sampler: {
      description: 'broken',
      decide() {
        throw new Error('oh')
      },
    },
  })
  on.tracer.start('a').end()
  on.tracer.start('b').end()
  expect(on.finished).toEqual([])
  expect(said.map((notice) => notice.text)).toEqual(['the sampler threw and spans are dropped: oh'])
})

test('a recorded span that is not sampled tells its children so [W-36]', () => {
  const on = recorder({ sampler: { description: 'record', decide: () => RECORD } })
  const span = on.tracer.start('s')
  expect([span.isRecording(), span.spanContext().traceFlags]).toEqual([true, 2])
})

test('another sampler decides for spans that begin from then on [R-42]', () => {
  // A sampler with one answer is not asked; the next one is.
  const on = recorder({ sampler: ALWAYS_ON })
  const begun = on.tracer.start('begun')
  on.engine.resample(parentBased(ALWAYS_OFF))
  on.tracer.start('dropped').end()
  begun.end()
  on.engine.resample(ALWAYS_ON)
  on.tracer.start('all').end()
  on.engine.resample({ description: 'names', byName: (name) => (name === 'kept' ? SAMPLE : DROP), decide: () => DROP })
  for (const name of ['kept', 'other']) on.tracer.start(name).end()
  expect([on.finished.map(({ name }) => name), on.engine.sampler.description]).toEqual([
    ['begun', 'all', 'kept'],
    'names',
  ])
  expect([...on.engine.live]).toEqual([0, 0, 0])
})
