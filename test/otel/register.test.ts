import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as api from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'
import { Frame } from '../../src/context/frame.ts'
import { allowHosts } from '../../src/context/hosts.ts'
import { Propagator } from '../../src/context/propagator.ts'
import { registerOtel } from '../../src/otel/register.ts'
import { install } from '../../src/trace/installed.ts'
import { recorder } from '../trace/recorder.ts'
import { registered } from './provider.ts'

const API = Symbol.for('opentelemetry.js.api.1')
const LOGS = Symbol.for('io.opentelemetry.js.api.logs')
const held = globalThis as unknown as Record<symbol, Record<string, unknown> | undefined>
const propagator = new Propagator(['tracecontext'])
let said: Notice[] = []
const folders: string[] = []

beforeEach(() => {
  delete held[API]
  delete held[LOGS]
  said = []
  onNotice((notice) => void said.push(notice))
})
afterEach(() => {
  install(null)
  onNotice(undefined)
  forgetNotices()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/** A folder with that version of the API installed, or none. */
function application(version?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'app-'))
  folders.push(folder)
  if (version !== undefined) {
    const place = join(folder, 'node_modules', '@opentelemetry', 'api')
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, 'package.json'), JSON.stringify({ name: '@opentelemetry/api', version }))
  }
  return folder
}

test('the global says the version that the application has, so that its copy may register beside us [W-37]', () => {
  // This process has loaded 1.9.1, which counts too: the higher of the two is said.
  const one = registerOtel({ propagator, from: application('1.9.7') })
  expect(held[API]!['version']).toBe('1.9.7')
  one.unregister()
  delete held[API]
  const two = registerOtel({ propagator, from: application('1.8.0') })
  expect(held[API]!['version']).toBe('1.9.1')
  two.unregister()
})

test('a diagnostics logger that the application sets is taken by the API, since versions agree [W-38]', () => {
  const on = registered()
  const heard: unknown[] = []
  const logger = {
    error: heard.push.bind(heard),
    warn: heard.push.bind(heard),
    info: () => {},
    debug: () => {},
    verbose: () => {},
  }
  expect(api.diag.setLogger(logger, { suppressOverrideMessage: true })).toBe(true)
  api.diag.error('mine')
  expect(heard).toContain('mine')
  on.stop()
  // The application's logger is not ours to remove.
  expect(held[API]!['diag']).toBeDefined()
  api.diag.disable()
})

test('what another SDK has registered stays, is named, and the rest is ours [W-37]', () => {
  class OtherTracerProvider {
    getTracer() {
      return { startSpan: () => 'theirs', startActiveSpan: () => 'theirs' } as never
    }
  }
  class OtherLoggerProvider {
    getLogger() {
      return { emit() {}, enabled: () => false }
    }
  }
  const theirs = new OtherTracerProvider()
  api.trace.setGlobalTracerProvider(theirs)
  logs.setGlobalLoggerProvider(new OtherLoggerProvider())
  const on = registered()
  expect(on.registration.registered).toEqual(['diag', 'context', 'propagation', 'metrics'])
  expect(on.registration.taken).toEqual({ trace: 'OtherTracerProvider', logs: 'OtherLoggerProvider' })
  expect(api.trace.getTracer('x').startSpan('s')).toBe('theirs')
  expect(said.filter((notice) => notice.event === 'otel.taken').map((notice) => [notice.level, notice.text])).toEqual([
    [
      'warn',
      'another OpenTelemetry provider is registered for trace (OtherTracerProvider); it stays, and Telltale does not see what goes through it',
    ],
    [
      'warn',
      'another OpenTelemetry provider is registered for logs (OtherLoggerProvider); it stays, and Telltale does not see what goes through it',
    ],
  ])
  on.stop()
  expect(api.trace.getTracer('x').startSpan('s')).toBe('theirs')
  api.trace.disable()
  logs.disable()
})

test('an SDK that registers after us is refused by the API itself, and we hear of it as debug [W-38]', () => {
  const on = registered()
  expect(api.trace.setGlobalTracerProvider({ getTracer: () => 'theirs' as never })).toBe(false)
  api.trace.getTracer('x').startSpan('s').end()
  expect(on.finished.map((s) => s.name)).toEqual(['s'])
  const heard = said.filter((notice) => notice.event === 'otel.diag')
  expect(heard.map((notice) => [notice.level, notice.fields])).toEqual([['debug', { level: 'error' }]])
  expect(heard[0]!.text).toMatch(/Attempted duplicate registration of API: trace/)
  on.stop()
})

test('a tracer and a logger that were taken before we registered work from then on [W-37]', () => {
  const early = api.trace.getTracer('early', '3')
  const earlyLogger = logs.getLogger('early')
  early.startSpan('lost').end()
  earlyLogger.emit({ body: 'lost' })
  const on = registered()
  early.startSpan('kept').end()
  early.startActiveSpan('active', (s) => s.end())
  earlyLogger.emit({ body: 'kept' })
  expect(on.spans().map((s) => [s.name, s.scope])).toEqual([
    ['kept', 'early@3'],
    ['active', 'early@3'],
  ])
  expect(on.logs.map((log) => log.body)).toEqual(['kept'])
  on.stop()
  early.startSpan('stopped').end()
  earlyLogger.emit({ body: 'stopped' })
  expect(earlyLogger.enabled()).toBe(false)
  const again = registered()
  early.startSpan('again').end()
  earlyLogger.emit({ body: 'again' })
  expect([again.finished.map((s) => s.name), again.logs.map((log) => log.body)]).toEqual([['again'], ['again']])
  expect([on.finished.length, on.logs.length]).toEqual([2, 1])
  again.stop()
})

test('a global that an older copy made is named, since newer copies do not see it [W-37]', () => {
  held[API] = Object.defineProperty({}, 'version', { value: '1.4.0', enumerable: true })
  const on = registered()
  expect(api.metrics.getMeterProvider()).not.toBe(on.registration.meterProvider)
  expect(said.map((notice) => notice.text)).toEqual([
    'the OpenTelemetry global was made by @opentelemetry/api 1.4.0; copies newer than that, such as 1.9.1, do not see it',
  ])
  on.stop()
})

test('with nothing installed the provider is a no-op, and ids of a caller travel on [W-37]', () => {
  const registration = registerOtel({ propagator })
  const parent = api.propagation.extract(api.ROOT_CONTEXT, {
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  })
  const carrier = {}
  api.trace.getTracer('x').startActiveSpan('s', {}, parent, (s) => {
    expect(s.isRecording()).toBe(false)
    api.propagation.inject(api.context.active(), carrier)
  })
  expect(carrier).toEqual({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' })
  registration.unregister()
})

test('without a registry or a log receiver those parts are left to others [W-37]', () => {
  const registration = registerOtel({ propagator, diag: false })
  expect([registration.registered, registration.meterProvider, registration.loggerProvider]).toEqual([
    ['context', 'propagation', 'trace'],
    undefined,
    undefined,
  ])
  registration.unregister()
  expect(Object.keys(held[API]!)).toEqual(['version'])
})

test('baggage goes through the API only to a host on the list, which HTTP headers name [R-08]', () => {
  const on = registered({ baggage: allowHosts(['api.example.com']) })
  const frame = new Frame(null).setValue(
    Symbol.for('OpenTelemetry Baggage Key'),
    api.propagation.createBaggage({ t: { value: '1' } }),
  )
  const sent = (carrier: Record<string, string>) => {
    api.propagation.inject(frame, carrier)
    return carrier
  }
  expect(sent({ host: 'api.example.com' })).toEqual({ host: 'api.example.com', baggage: 't=1' })
  expect(sent({ Host: 'third.example' })).toEqual({ Host: 'third.example' })
  expect(sent({})).toEqual({})
  expect(said.map((notice) => notice.event)).toEqual(['otel.baggage'])
  on.stop()
})

test('diagnostics of libraries are said as debug with their level, whatever they pass [W-38]', () => {
  const on = registered()
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  api.diag.error('one', new Error('two'), { a: 1 }, 3)
  api.diag.warn('w')
  expect(() => api.diag.error(circle as never)).not.toThrow()
  expect(said.map(({ level, text, fields }) => [level, text, fields?.['level']])).toEqual([
    ['debug', 'one two {"a":1} 3', 'error'],
    ['debug', 'w', 'warn'],
  ])
  on.stop()
})

test('two registrations: the second finds everything taken, and its end leaves the first alone [W-37]', () => {
  const first = registered()
  const on = recorder()
  const second = registerOtel({ propagator })
  expect(second.registered).toEqual([])
  second.unregister()
  install(on.engine)
  api.trace.getTracer('x').startSpan('s').end()
  expect(on.finished.map((s) => s.name)).toEqual(['s'])
  first.stop()
})
