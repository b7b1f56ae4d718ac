import fc from 'fast-check'
import { expect, test } from 'vitest'
import { negotiate } from '../../src/wire/prometheus/negotiate.ts'

const PLAIN = { format: '0.0.4', contentType: 'text/plain; version=0.0.4; charset=utf-8' }
const OPEN = { format: 'openmetrics', contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8' }

test('without an Accept header the content type is exactly that of text 0.0.4 [R-10]', () => {
  expect(negotiate(undefined)).toEqual(PLAIN)
  expect(negotiate('')).toEqual(PLAIN)
  expect(negotiate('*/*')).toEqual(PLAIN)
})

test('what a Prometheus server sends gets OpenMetrics; what a browser sends gets text', () => {
  expect(
    negotiate(
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    ),
  ).toEqual(OPEN)
  expect(
    negotiate(
      'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    ),
  ).toEqual(OPEN)
  expect(negotiate('text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8')).toEqual(PLAIN)
})

test('quality decides, then the order of the header; zero is a refusal', () => {
  expect(negotiate('application/openmetrics-text; version="1.0.0"; q=0.4, text/plain; version=0.0.4; q=0.5')).toEqual(
    PLAIN,
  )
  expect(negotiate('text/plain;q=0.5, Application/OpenMetrics-Text ; Version=1.0.0 ; Q=0.6')).toEqual(OPEN)
  expect(negotiate('text/plain, application/openmetrics-text')).toEqual(PLAIN)
  expect(negotiate('application/openmetrics-text;version=1.0.0;q=0')).toEqual(PLAIN)
  expect(negotiate('application/openmetrics-text;version=1.0.0;q=5')).toEqual(PLAIN)
  expect(negotiate('application/*')).toEqual(OPEN)
})

test('versions that we do not write, and formats that we do not know, fall back to text', () => {
  expect(negotiate('application/openmetrics-text;version=0.0.1')).toEqual(PLAIN)
  expect(negotiate('application/openmetrics-text;version=2.0.0, text/plain;version=1.0.0')).toEqual(PLAIN)
  expect(negotiate('application/json')).toEqual(PLAIN)
})

test('any header gives one of the two', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (accept) => ['0.0.4', 'openmetrics'].includes(negotiate(accept).format)),
  )
})
