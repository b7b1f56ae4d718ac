// Against bodies made by OpenTelemetry's own transformer (golden/make.mjs) and against protoc's reading of ours.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { Resource, Scope } from '../../src/model/attribute.ts'
import type { Batch } from '../../src/model/batch.ts'
import { LATENCY_BOUNDS } from '../../src/model/histogram.ts'
import { Family, Series } from '../../src/model/metric.ts'
import { decodeLogs, decodeMetrics, decodeTraces } from '../../src/wire/otlp/decode.ts'
import { decodeTracesJson } from '../../src/wire/otlp/decode-json.ts'
import { encodeLogs, encodeMetrics, encodeTraces } from '../../src/wire/otlp/encode.ts'
import { encodeTracesJson } from '../../src/wire/otlp/json.ts'
import { plain } from './records.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const golden = (name: string): Buffer => readFileSync(`${here}golden/${name}`)

const found = spawnSync('protoc', ['--version']).status === 0
if (!found && process.env['TELLTALE_REQUIRE_SERVICES'] === '1') throw new Error('protoc is required and not on PATH')
const withProtoc = test.skipIf(!found)

function protoc(type: string, bytes: Uint8Array): string {
  return execFileSync('protoc', ['-I', here, `--decode=otlp.${type}`, `${here}otlp.proto`], { input: bytes }).toString()
}

const forms = [
  { name: 'traces', type: 'TracesData', decode: decodeTraces, encode: encodeTraces },
  { name: 'logs', type: 'LogsData', decode: decodeLogs, encode: encodeLogs },
  { name: 'metrics', type: 'MetricsData', decode: decodeMetrics, encode: encodeMetrics },
] as const

for (const { name, type, decode, encode } of forms) {
  withProtoc(`${name} of OpenTelemetry's transformer, decoded and encoded by us, mean the same to protoc`, () => {
    const theirs = golden(`${name}.bin`)
    const ours = encode(decode(theirs))
    // An empty Status is its default: the transformer writes it, we do not.
    const meaning = (bytes: Uint8Array): string => protoc(type, bytes).replace(/ +status \{\n +\}\n/g, '')
    expect(meaning(ours)).toBe(meaning(theirs))
    expect(ours.length).toBeLessThanOrEqual(theirs.length)
  })

  test(`${name} decoded from our bytes are what was decoded from OpenTelemetry's`, () => {
    const batches = decode(golden(`${name}.bin`))
    expect(plain(decode(encode(batches)))).toEqual(plain(batches))
  })
}

test('the JSON of OpenTelemetry and its protobuf decode to the same spans', () => {
  const fromJson = decodeTracesJson(golden('traces.json'))
  expect(plain(fromJson)).toEqual(plain(decodeTraces(golden('traces.bin'))))
})

test('our JSON says what the JSON of OpenTelemetry says', () => {
  const ours = JSON.parse(encodeTracesJson(decodeTraces(golden('traces.bin')))) as { resourceSpans: unknown[] }
  const theirs = JSON.parse(golden('traces.json').toString()) as {
    resourceSpans: { resource: { schemaUrl?: string } }[]
  }
  // The transformer repeats the schema URL in the Resource, which has no such field.
  for (const { resource } of theirs.resourceSpans) delete resource.schemaUrl
  expect(tidy(ours)).toEqual(tidy(theirs))
})

/** Defaults out, 64-bit integers as text: the two ways in which writers may differ. */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    const isDefault =
      inner === 0 ||
      (Array.isArray(inner) && inner.length === 0) ||
      (key === 'status' && (inner as { code: number }).code === 0)
    return isDefault ? [] : [[key, key === 'intValue' ? String(inner) : tidy(inner)] as const]
  })
  return Object.fromEntries(entries)
}

function httpFamily(): Family {
  const family = new Family({
    name: 'http.server.request.duration',
    short: 'http_request_duration_seconds',
    type: 'histogram',
    unit: 's',
    help: 'Duration of requests.',
    labels: [
      { short: 'method', semconv: 'http.request.method' },
      { short: 'status', semconv: 'http.response.status_code', int: true },
      { short: 'tenant', semconv: 'tenant' },
    ],
    bounds: Float64Array.from(LATENCY_BOUNDS),
    scope: new Scope('telltale'),
  })
  const series = new Series(['method', 'GET', 'status', '200', 'tenant', ''], new Float64Array(12), 1_764_000_000_000)
  series.buckets![1] = 2
  series.count = 2
  series.value = 0.015
  series.time = 1_764_000_010_000
  family.series.push(series)
  return family
}

withProtoc('a histogram carries the 11 shared bounds, semantic-convention names and an int status [W-07]', () => {
  const batch: Batch = { resource: new Resource([]), spans: [], series: [httpFamily()], logs: [] }
  expect(protoc('MetricsData', encodeMetrics([batch]))).toMatchInlineSnapshot(`
    "resource_metrics {
      resource {
      }
      scope_metrics {
        scope {
          name: "telltale"
        }
        metrics {
          name: "http.server.request.duration"
          description: "Duration of requests."
          unit: "s"
          histogram {
            data_points {
              start_time_unix_nano: 1764000000000000000
              time_unix_nano: 1764000010000000000
              count: 2
              sum: 0.015
              bucket_counts: 0
              bucket_counts: 2
              bucket_counts: 0
              bucket_counts: 0
              bucket_counts: 0
              bucket_counts: 0
              bucket_counts: 0
              bucket_counts: 0
              bucket_counts: 0
              bucket_counts: 0
              bucket_counts: 0
              bucket_counts: 0
              explicit_bounds: 0.005
              explicit_bounds: 0.01
              explicit_bounds: 0.025
              explicit_bounds: 0.05
              explicit_bounds: 0.1
              explicit_bounds: 0.25
              explicit_bounds: 0.5
              explicit_bounds: 1
              explicit_bounds: 2.5
              explicit_bounds: 5
              explicit_bounds: 10
              attributes {
                key: "http.request.method"
                value {
                  string_value: "GET"
                }
              }
              attributes {
                key: "http.response.status_code"
                value {
                  int_value: 200
                }
              }
            }
            aggregation_temporality: CUMULATIVE
          }
        }
      }
    }
    "
  `)
})

test('histogram bounds on the wire are the 11 of the scrape, not an SDK default of milliseconds [W-07]', () => {
  const batch: Batch = { resource: new Resource([]), spans: [], series: [httpFamily()], logs: [] }
  const decoded = decodeMetrics(encodeMetrics([batch]))[0]!.series[0]!
  expect([...decoded.bounds!]).toEqual([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])
  expect(decoded.series[0]!.attributes).toEqual(['http.request.method', 'GET', 'http.response.status_code', 200])
})

test('families that exist in text alone are not sent: their numbers are in another family [W-06]', () => {
  const total = new Family({
    ...httpFamily(),
    name: 'x',
    type: 'counter',
    bounds: null,
    reads: 'count',
    series: httpFamily().series,
  })
  const text = new Family({ ...httpFamily(), name: 'y', only: 'short', series: httpFamily().series })
  const empty = new Family({ ...httpFamily(), name: 'z', series: [] })
  expect(
    encodeMetrics([{ resource: new Resource([]), spans: [], series: [total, text, empty], logs: [] }]).length,
  ).toBe(0)
})

test('the resource and the scope stand once per request, whatever the number of spans [W-35]', () => {
  const batches = decodeTraces(golden('traces.bin'))
  const two = decodeTraces(encodeTraces(batches))
  expect(two.length).toBe(1)
  expect(two[0]!.resource.attributes).toEqual(['service.name', 'shop', 'process.pid', 4711])
  expect(new Set(two[0]!.spans.map((span) => span.scope)).size).toBe(1)
})
