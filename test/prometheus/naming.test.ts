import { expect, test } from 'vitest'
import { Scope } from '../../src/model/attribute.ts'
import { Family, type MetricType } from '../../src/model/metric.ts'
import { escapeLabel, escapeName, exposed, unitWord } from '../../src/wire/prometheus/naming.ts'

const base = (name: string, type: MetricType, unit = '', short = '') =>
  exposed(new Family({ name, short, type, unit, scope: new Scope('x') }), 'short').base

test('OpenTelemetry names are translated by the compatibility specification', () => {
  expect([
    base('http.server.request.duration', 'histogram', 's'),
    base('http.server.active_requests', 'updown', '{request}'),
    base('system.cpu.utilization', 'gauge', '1'),
    base('requests', 'counter', '1'),
    base('disk.io', 'counter', 'By'),
    base('disk.io.bytes', 'counter', 'By'),
    base('net.rate', 'gauge', 'By/s'),
    base('speed', 'gauge', 'm/s'),
    base('temp', 'gauge', 'Cel'),
    base('jobs.total', 'counter'),
    base('a..b--c', 'gauge'),
    base('9lives', 'gauge'),
    base('größe', 'gauge'),
    base('per.second', 'gauge', '{req}/s'),
    base('ratio', 'gauge', '%'),
    base('weird', 'gauge', 'k{x}m^2'),
  ]).toEqual([
    'http_server_request_duration_seconds',
    'http_server_active_requests',
    'system_cpu_utilization_ratio',
    'requests',
    'disk_io_bytes',
    'disk_io_bytes',
    'net_rate_bytes_per_second',
    'speed_meters_per_second',
    'temp_celsius',
    'jobs',
    'a_b_c',
    '_9lives',
    'gr_e',
    'per_second',
    'ratio_percent',
    'weird_km_2',
  ])
})

test('a short name is used as it is, with the namespace before it where it takes one', () => {
  const made = (namespaced: boolean) =>
    new Family({ name: 'a.b', short: 'jobs__total', type: 'counter', namespaced, scope: new Scope('x') })
  expect(exposed(made(true), 'short', 'wippy').base).toBe('wippy_jobs_')
  expect(exposed(made(false), 'short', 'wippy').base).toBe('jobs_')
  expect(exposed(made(true), 'semconv', 'wippy').base).toBe('a_b')
})

test('names and labels become what Prometheus allows, and are never empty', () => {
  expect([
    escapeName(''),
    escapeName('a b'),
    escapeLabel(''),
    escapeLabel('__name__'),
    escapeLabel('a:b'),
    escapeLabel('1x'),
  ]).toEqual(['_', 'a_b', '_', '_name__', 'a_b', '_1x'])
})

test('units are spelled out; annotations are nothing', () => {
  const words = ['ms', 'KiBy', '{fault}', 'By{x}', '1', '1/s', 'MiBy/min', ''].map((unit) => unitWord(unit, 'counter'))
  expect(words).toEqual(['milliseconds', 'kibibytes', '', 'bytes', '', '1_per_second', 'mebibytes_per_minute', ''])
})

test('a unit called like a property of every object is a unit like any other', () => {
  const words = ['valueOf', 'constructor/valueOf', '/toString'].map((unit) => unitWord(unit, 'counter'))
  expect(words).toEqual(['valueOf', 'constructor_per_valueOf', 'per_toString'])
})
