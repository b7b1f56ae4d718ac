import { expect, test } from 'vitest'
import { ConsoleSink } from '../../src/export/console.ts'
import { LogRecord } from '../../src/model/log.ts'
import { SpanRare, Template } from '../../src/model/span.ts'
import { batch, scope, span } from './receiver.ts'

function printed(color: boolean, ...signals: ('traces' | 'logs')[]): string {
  let text = ''
  const sink = new ConsoleSink({
    stream: { write: (part) => (text += part) },
    color,
    ...(signals.length > 0 ? { signals } : {}),
  })
  const start = new Date(2026, 0, 2, 3, 4, 5, 67).getTime()
  const good = span('GET /users/:id')
  good.kind = 2
  good.startTime = start
  good.endTime = start + 1.25
  good.template = new Template(['http.route', '/users/:id'])
  good.attributes = ['tags', ['a', 'b'], 'big', 5n]
  const bad = span('checkout\x1b[2J\nfake line')
  bad.startTime = start
  bad.status = 2
  bad.rare = new SpanRare()
  bad.rare.statusMessage = 'card declined'
  bad.endTime = Number.NaN
  const log = new LogRecord(scope, start, 17, 'ERROR', 'failed')
  log.attributes = ['order', 7]
  sink.accept(batch({ spans: [good, bad] }))
  sink.accept(batch({ logs: [log, new LogRecord(scope, start, 9, '', { a: 1 })] }))
  return text
}

test('spans and logs are one line each, with attributes and trace id, and no escape sequence of a caller gets through [R-05]', () => {
  expect(
    printed(false),
  ).toBe(`03:04:05.067 span server GET /users/:id 1.25 ms http.route=/users/:id tags=["a","b"] big=5 trace_id=00000001000000000000000000000000
03:04:05.067 span internal checkout [2J fake line unfinished ERROR card declined trace_id=00000001000000000000000000000000
03:04:05.067 error failed order=7
03:04:05.067 log {"a":1}
`)
})

test('only the chosen signals are printed; colour marks errors', () => {
  expect(printed(false, 'logs').split('\n').length).toBe(3)
  expect(printed(true, 'logs')).toBe(
    '\x1b[31m03:04:05.067 error failed\x1b[0m\x1b[2m order=7\x1b[0m\n03:04:05.067 log {"a":1}\n',
  )
})

test('a stream that throws is no reason to throw', () => {
  const sink = new ConsoleSink({
    stream: {
      write: () => {
        throw new Error('EPIPE')
      },
    },
  })
  expect(() => sink.accept(batch({ spans: [span('a')] }))).not.toThrow()
})
