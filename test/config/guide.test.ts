import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { named, warnings } from './load.ts'

const GUIDE = readFileSync(join(import.meta.dirname, '../../docs/guide/other-systems.md'), 'utf8')
const blocks = [...GUIDE.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text!)

test('each block of the guide to other systems loads without a warning and means what the guide says [R-01]', () => {
  const loaded = blocks.map((text) => named(text))
  expect(loaded.map(warnings)).toEqual([[], [], []])
  expect(loaded[0]!.config.propagators).toEqual(['tracecontext', 'baggage', 'b3'])
  expect(loaded[1]!.config.traces.exporters.map(({ type, url }) => `${type} ${url}`)).toEqual([
    'zipkin http://zipkin:9411/api/v2/spans',
    'jaeger http://jaeger:14268/api/traces',
    'otlp http://collector:4318/v1/traces',
  ])
  expect(loaded[2]!.config.logs.bridges).toEqual({ pino: true, winston: true, console: false })
})
