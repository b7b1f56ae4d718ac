// Our own types against the API's: this file compiles only while ours can stand where the API's are asked for.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type * as api from '@opentelemetry/api'
import type * as apiLogs from '@opentelemetry/api-logs'
import type * as api110 from 'api110'
import { expect, test } from 'vitest'
import type { Baggage } from '../../src/context/baggage.ts'
import type { Frame } from '../../src/context/frame.ts'
import type { NonRecordingSpan } from '../../src/context/non-recording.ts'
import type { TraceState } from '../../src/context/tracestate.ts'
import type { ContextManager } from '../../src/otel/context-manager.ts'
import type { DiagLogger } from '../../src/otel/diag.ts'
import type { LoggerProvider } from '../../src/otel/logger-provider.ts'
import type { MeterProvider } from '../../src/otel/meter-provider.ts'
import type { TextMapPropagator } from '../../src/otel/text-map.ts'
import type { TracerProvider } from '../../src/otel/tracer-provider.ts'
import type { Span } from '../../src/trace/span.ts'

type Fits<Ours extends Theirs, Theirs> = [Ours, Theirs]

type Proof = [
  Fits<Frame, api.Context>,
  Fits<Span, api.Span>,
  Fits<NonRecordingSpan, api.Span>,
  Fits<TraceState, api.TraceState>,
  Fits<Baggage['getEntry'], (key: string) => { value: string } | undefined>,
  Fits<TracerProvider, api.TracerProvider>,
  Fits<MeterProvider, api.MeterProvider>,
  Fits<DiagLogger, api.DiagLogger>,
  Fits<TextMapPropagator, api.TextMapPropagator>,
  Fits<LoggerProvider, apiLogs.LoggerProvider>,
  Fits<TracerProvider, api110.TracerProvider>,
  Fits<MeterProvider, api110.MeterProvider>,
  Fits<ContextManager['attach'], NonNullable<api110.ContextManager['attach']>>,
]

test('no source file of ours names the API as a module, at run time or in a type [W-37]', () => {
  const proof: Proof | undefined = undefined
  expect(proof).toBeUndefined()
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const naming = files.filter((file) =>
    /(?:from|import|require)\s*\(?\s*['"]@opentelemetry\//.test(readFileSync(join('src', file), 'utf8')),
  )
  expect(naming).toEqual([])
  expect(files.length).toBeGreaterThan(20)
})
