import fc from 'fast-check'
import { expect, test } from 'vitest'
import { interpolate } from '../../src/config/interpolate.ts'
import { faults, load, named } from './load.ts'

const attributes = (text: string, env: NodeJS.ProcessEnv) =>
  load(`name: shop\nobservability: { opentelemetry: { resource: { attributes: { where: '${text}' } } } }\n`, env).config
    .resource['where']

test('a variable stands alone, inside a longer text, several times, and with a default [R-02]', () => {
  const env = { A: 'one', B: 'two' }
  expect(attributes('${A}', env)).toBe('one')
  expect(attributes('x-${A}-${B}-${A}', env)).toBe('x-one-two-one')
  expect(attributes('${C:-three}', env)).toBe('three')
  expect(attributes('${A:-three}', env)).toBe('one')
  expect(attributes('${C:-a:-b}', env)).toBe('a:-b')
  expect(attributes('${env:A}', env)).toBe('one')
})

test('an escaped reference is literal text, and what a variable holds is not read again [R-02]', () => {
  expect(attributes('$${A} ${A}', { A: '${B}', B: 'never' })).toBe('${A} ${B}')
  expect(attributes('$5 {A} $A', { A: 'x' })).toBe('$5 {A} $A')
})

test('an unset variable leaves a resource attribute out [R-02]', () => {
  expect(attributes('${POD}', {})).toBeUndefined()
  expect(attributes('pod-${POD}', {})).toBeUndefined()
  expect(attributes('${POD}', { POD: '' })).toBeUndefined()
  expect(attributes('${POD:-}', {})).toBeUndefined()
})

test('an unset variable of a secret is a fault that names the variable and the place [R-02]', () => {
  const text = `name: shop
observability:
  opentelemetry:
    tracing:
      exporters:
        - type: otlp
          headers: { authorization: "Bearer \${JAEGER_TOKEN}" }
`
  const fault =
    'telltale.yaml:7:37 CONFIG_UNSET_VARIABLE observability.opentelemetry.tracing.exporters[0].headers[authorization]: An environment variable that the file asks for is not set; found ${JAEGER_TOKEN}. Set the variable, or give a default with ${NAME:-default}.'
  expect(faults(text)).toEqual([fault])
  expect(faults(text, { JAEGER_TOKEN: '' })).toEqual([fault])
  expect(load(text, { JAEGER_TOKEN: 't' }).config.traces.exporters[0]!.headers).toEqual({ authorization: 'Bearer t' })
})

test('an unset variable of any other setting is a fault too, so that no address is half an address [R-02]', () => {
  expect(faults('name: shop\nserver: { host: "${HOST}" }\n')).toEqual([
    'telltale.yaml:2:17 CONFIG_UNSET_VARIABLE server.host: An environment variable that the file asks for is not set; found ${HOST}. Set the variable, or give a default with ${NAME:-default}.',
  ])
})

test('a reference that is not well formed is a fault', () => {
  expect(faults('name: shop\nserver: { host: "${MY HOST}" }\n')).toEqual([
    'telltale.yaml:2:17 CONFIG_VALUE server.host: The value is not allowed; found ${MY HOST}; allowed: the name of a variable in ${…}. Write ${NAME} or ${NAME:-default}; a literal ${ is written $${.',
  ])
  expect(faults('name: "${OPEN"\n')[0]).toMatch(/CONFIG_VALUE .*found \$\{OPEN/)
})

test('a variable stands for a number, a switch, a word and a duration, and keeps their rules [R-02]', () => {
  const text = `server: { port: "\${PORT}", enabled: "\${ON}", header_timeout: "\${WAIT}" }\nmode: \${MODE}\n`
  const { server, mode } = named(text, { PORT: '8080', ON: 'False', WAIT: '2s', MODE: 'full' }).config
  expect([server.port, server.enabled, server.header_timeout, mode]).toEqual([8080, false, 2000, 'full'])
  expect(faults(`name: x\n${text}`, { PORT: '80.5', ON: 'yes', WAIT: 'long', MODE: 'loud' })).toEqual([
    'telltale.yaml:2:17 CONFIG_TYPE server.port: The value has the wrong type; found "${PORT}"; allowed: a whole number from 0 to 65535. Write a value of the type that is allowed.',
    'telltale.yaml:2:37 CONFIG_TYPE server.enabled: The value has the wrong type; found "${ON}"; allowed: true or false. Did you mean true?',
    'telltale.yaml:2:62 CONFIG_TYPE server.header_timeout: The value has the wrong type; found "${WAIT}"; allowed: a duration such as 10s, from 1ms to 1h. Write a value of the type that is allowed.',
    'telltale.yaml:3:7 CONFIG_VALUE mode: The value is not allowed; found "${MODE}"; allowed: default, full, no-span, off. Write one of the values that are allowed.',
  ])
})

test('text in quotes is no number, although a variable may be', () => {
  expect(faults('name: shop\nserver: { port: "8080" }\n')).toEqual([
    'telltale.yaml:2:17 CONFIG_TYPE server.port: The value has the wrong type; found "8080"; allowed: a whole number from 0 to 65535. Write the number without quotes.',
  ])
})

test('interpolation is the text itself when nothing is asked for, and puts every value in its place', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      if (!text.includes('${')) expect(interpolate(text, {}).text).toBe(text)
    }),
  )
  const part = fc.oneof(
    fc
      .string({ maxLength: 5 })
      .map((text) => text.replaceAll('$', '').replaceAll('}', ''))
      .map((text) => ({ written: text, meant: text })),
    fc.constantFrom('A', 'B').map((name) => ({ written: `\${${name}}`, meant: `<${name}>` })),
    fc.constant({ written: '$${', meant: '${' }),
  )
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const result = interpolate(parts.map((p) => p.written).join(''), { A: '<A>', B: '<B>' })
      expect(result.text).toBe(parts.map((p) => p.meant).join(''))
      expect([result.unset, result.malformed]).toEqual([undefined, undefined])
    }),
  )
})
