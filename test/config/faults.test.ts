import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Faults } from '../../src/base/fault.ts'
import { loadConfig, onInvalid } from '../../src/config/load.ts'
import { newFolder } from '../folder.ts'
import { faults, load, named } from './load.ts'

test('every fault of a file is reported at once, in the order of the file, each with line and column [R-01]', () => {
  const text = `nmae: shop
name: shop
observability:
  opentelemetry:
    enabled: yes
    tracing:
      sample_rate: 1.5
      max_events_per_span: many
      exporters:
        - endpoint: http://127.0.0.1:4318
        - type: otpl
  logging:
    level: warning
  prometheus:
    metrics:
      http:
        histogram_buckets: [1, 0.5]
server: 9464
`
  expect(faults(text)).toMatchInlineSnapshot(`
    [
      "telltale.yaml:1:1 CONFIG_UNKNOWN_KEY nmae: The key is not known here. Did you mean name?",
      "telltale.yaml:5:14 CONFIG_TYPE observability.opentelemetry.enabled: The value has the wrong type; found "yes"; allowed: true or false. Did you mean true?",
      "telltale.yaml:7:20 CONFIG_VALUE observability.opentelemetry.tracing.sample_rate: The value is not allowed; found 1.5; allowed: a number from 0 to 1. Write one of the values that are allowed.",
      "telltale.yaml:8:28 CONFIG_TYPE observability.opentelemetry.tracing.max_events_per_span: The value has the wrong type; found "many"; allowed: a whole number, at least 0. Write a value of the type that is allowed.",
      "telltale.yaml:10:11 CONFIG_MISSING observability.opentelemetry.tracing.exporters[0].type: A required key is missing; allowed: otlp, jaeger, zipkin, console. Add the key.",
      "telltale.yaml:11:17 CONFIG_VALUE observability.opentelemetry.tracing.exporters[1].type: The value is not allowed; found "otpl"; allowed: otlp, jaeger, zipkin, console. Did you mean otlp?",
      "telltale.yaml:13:12 CONFIG_VALUE observability.logging.level: The value is not allowed; found "warning"; allowed: trace, debug, info, warn, error. Did you mean warn?",
      "telltale.yaml:17:32 CONFIG_VALUE observability.prometheus.metrics.http.histogram_buckets[1]: The value is not allowed; found 0.5 after 1; allowed: numbers that rise. Write one of the values that are allowed.",
      "telltale.yaml:18:9 CONFIG_TYPE server: The value has the wrong type; found 9464; allowed: keys and values. Write a value of the type that is allowed.",
    ]
  `)
})

test('a wrong type names the path, what was found and what is allowed [R-01]', () => {
  expect(faults('name: shop\nserver:\n  port: [1]\n  host: 5\n  header_timeout: soon\n')).toMatchInlineSnapshot(`
    [
      "telltale.yaml:3:9 CONFIG_TYPE server.port: The value has the wrong type; found a list; allowed: a whole number from 0 to 65535. Write a value of the type that is allowed.",
      "telltale.yaml:4:9 CONFIG_TYPE server.host: The value has the wrong type; found 5; allowed: a host name or an address. Write it in quotes: "5".",
      "telltale.yaml:5:19 CONFIG_TYPE server.header_timeout: The value has the wrong type; found "soon"; allowed: a duration such as 10s, from 1ms to 1h. Write a value of the type that is allowed.",
    ]
  `)
})

test('an unknown key far from every known one gets the list of known ones instead of a guess [R-01]', () => {
  expect(faults('name: shop\nserver:\n  zzzzzzzz: 1\n')).toMatchInlineSnapshot(`
    [
      "telltale.yaml:3:3 CONFIG_UNKNOWN_KEY server.zzzzzzzz: The key is not known here; allowed: enabled, host, port, header_timeout. Correct the spelling or remove the key.",
    ]
  `)
})

test('a key in the wrong section is told where it belongs [R-01]', () => {
  expect(faults('name: shop\ntracing: { sample_rate: 1 }\nobservability: { authentication: {} }\n')).toEqual([
    'telltale.yaml:2:1 CONFIG_UNKNOWN_KEY tracing: The key is not known here. Did you mean observability.opentelemetry.tracing?',
    'telltale.yaml:3:18 CONFIG_UNKNOWN_KEY observability.authentication: The key is not known here. Did you mean observability.prometheus.authentication?',
  ])
})

test.each([
  ['on', 'true'],
  ['yes', 'true'],
  ['Yes', 'true'],
  ['off', 'false'],
  ['no', 'false'],
])('the word %s where a switch belongs is asked about: did you mean %s? [R-01]', (word, meant) => {
  expect(faults(`name: shop\ndev: ${word}\n`)).toEqual([
    `telltale.yaml:2:6 CONFIG_TYPE dev: The value has the wrong type; found "${word}"; allowed: true or false. Did you mean ${meant}?`,
  ])
})

test('a key that stands twice is a fault that names the first one', () => {
  expect(faults('name: shop\ndev: true\nname: other\n')).toEqual([
    'telltale.yaml:3:1 CONFIG_CONFLICT name: Two settings contradict each other; found the key a second time, first at line 1. Keep one of the two.',
  ])
})

test('tabs, unclosed brackets, bad indentation and several documents are faults of syntax with their place', () => {
  expect(faults('name: shop\nserver:\n\tport: 1\n')).toMatchInlineSnapshot(`
    [
      "telltale.yaml:3:1 CONFIG_SYNTAX The file is not valid YAML; found Tabs are not allowed as indentation. Indent with spaces; YAML does not allow tabs.",
    ]
  `)
  expect(faults('name: [shop\n')).toMatchInlineSnapshot(`
    [
      "telltale.yaml:2:1 CONFIG_SYNTAX The file is not valid YAML; found Flow sequence in block collection must be sufficiently indented and end with a ]. Give keys of one level the same indentation.",
    ]
  `)
  expect(faults('name: shop\nserver:\n  port: 1\n host: x\n')).toMatchInlineSnapshot(`
    [
      "telltale.yaml:4:1 CONFIG_SYNTAX The file is not valid YAML; found All mapping items must start at the same column. Give keys of one level the same indentation.",
    ]
  `)
  expect(faults('name: shop\n---\nname: other\n')).toMatchInlineSnapshot(`
    [
      "telltale.yaml:2:1 CONFIG_SYNTAX The file is not valid YAML; found 2 documents; allowed: one document. Remove the line \`---\` and what belongs to the other document.",
    ]
  `)
})

test('text that is not keys and values is refused as a whole', () => {
  expect(faults('- a\n- b\n')).toMatchInlineSnapshot(`
    [
      "telltale.yaml:1:1 CONFIG_TYPE The value has the wrong type; found a list; allowed: keys and values. Write a value of the type that is allowed.",
    ]
  `)
  expect(faults('just words\n')).toMatchInlineSnapshot(`
    [
      "telltale.yaml:1:1 CONFIG_TYPE The value has the wrong type; found just words; allowed: keys and values. Write a value of the type that is allowed.",
    ]
  `)
})

test('an alias that would grow without bound is a fault, and fast', () => {
  let text = 'name: shop\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n'
  for (let i = 1; i < 12; i++)
    text += `a${i}: &a${i} [${Array(10)
      .fill(`*a${i - 1}`)
      .join(', ')}]\n`
  expect(faults(text)[0]).toMatch(
    /CONFIG_SYNTAX The file is not valid YAML; found too many values; allowed: at most 50000/,
  )
})

test('an alias inside its own anchor, an alias of nothing and endless nesting are faults, not a crash', () => {
  expect(faults('name: &a [*a]\n')[0]).toMatch(/^telltale\.yaml:1:\d+ CONFIG_SYNTAX/)
  expect(faults('name: *nowhere\n')[0]).toMatch(/^telltale\.yaml:1:7 CONFIG_SYNTAX/)
  expect(faults(`name: ${'['.repeat(20_000)}`)[0]).toMatch(/CONFIG_SYNTAX/)
  expect(faults(`name: ${'['.repeat(100)}${']'.repeat(100)}`).join()).toMatch(/values nested too deeply/)
})

test('anchors, aliases and merge keys work as YAML users expect', () => {
  const { config } = load(`name: shop
observability:
  opentelemetry:
    tracing:
      exporters:
        - &otlp { type: otlp, endpoint: "http://a:4318", timeout: 3s }
        - { <<: *otlp, endpoint: "http://b:4318" }
`)
  expect(config.traces.exporters.map(({ url, timeoutMs }) => [url, timeoutMs])).toEqual([
    ['http://a:4318/v1/traces', 3000],
    ['http://b:4318/v1/traces', 3000],
  ])
})

test('an empty key is the same as no key, and an empty required one is missing', () => {
  expect(named('observability:\n  logging:\n    level:\n').config.observability.logging.level).toBe('info')
  expect(faults('name: shop\ncustom_metrics:\n  counters:\n    - name:\n')).toEqual([
    'telltale.yaml:4:7 CONFIG_MISSING custom_metrics.counters[0].name: A required key is missing; allowed: a metric name: letters, digits, _ and :, no digit first. Add the key.',
  ])
})

test('a file that cannot be read is a fault that names it', () => {
  const cwd = newFolder('config')
  const attempt = (options: object) => {
    try {
      loadConfig({ cwd, env: {}, ...options })
      return 'loaded'
    } catch (error) {
      return (error as Error).message
    }
  }
  const missing =
    'missing.yaml CONFIG_UNREADABLE The configuration file cannot be read; found ENOENT. Check the path and its permissions.'
  expect(attempt({ file: 'missing.yaml' })).toBe(missing)
  expect(attempt({ env: { TELLTALE_CONFIG: 'missing.yaml' } })).toBe(missing)
  writeFileSync(join(cwd, 'bytes.yaml'), Buffer.from([0x6e, 0xff, 0xfe]))
  expect(attempt({ file: 'bytes.yaml' })).toMatch(/^bytes\.yaml CONFIG_UNREADABLE/)
})

test('a found value is cut short and stays on one line, and a secret is never shown', () => {
  const [long] = faults(`name: shop\nmode: ${'x'.repeat(500)}\n`)
  expect(long!.length).toBeLessThan(300)
  const text =
    'name: shop\nobservability: { opentelemetry: { tracing: { exporters: [{ type: otlp, headers: { authorization: "hunter2\\n" } }] } } }\n'
  expect(faults(text)).toEqual([
    'telltale.yaml:2:98 CONFIG_VALUE observability.opentelemetry.tracing.exporters[0].headers[authorization]: The value is not allowed; found (hidden); allowed: a header value without line breaks or control characters. Write one of the values that are allowed.',
  ])
})

const words = [
  'name',
  'shop',
  'observability',
  'opentelemetry',
  'tracing',
  'exporters',
  'type',
  'otlp',
  '- ',
  ': ',
  '\n',
  '\n  ',
  '\n    ',
  '\t',
  '&a',
  '*a',
  '<<: ',
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  '|',
  '>',
  '#',
  '${',
  '${HOME}',
  '!!binary ',
  '? ',
  '---\n',
  '%YAML 1.1\n',
  '1',
  'true',
  '~',
  ',',
]

test('whatever the text is, nothing but Faults is thrown, and each has a code and a place', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 200, unit: 'binary' }),
    fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((parts) => parts.join('')),
    fc
      .array(fc.constantFrom(...words), { maxLength: 30 })
      .map((parts) => `name: shop\nobservability:\n  ${parts.join('')}`),
  )
  let refused = 0
  let loaded = 0
  fc.assert(
    fc.property(text, (yaml) => {
      try {
        loadConfig({ text: yaml, env: { HOME: '/h' }, cwd: '/' })
        loaded++
      } catch (error) {
        expect(error).toBeInstanceOf(Faults)
        for (const fault of (error as Faults).faults) expect(fault.message).toMatch(/^telltale\.yaml:\d+:\d+ [A-Z_]+ /)
        refused++
      }
    }),
    { numRuns: 3000 },
  )
  expect(refused).toBeGreaterThan(1000)
  expect(loaded).toBeGreaterThan(5)
})

test('what to do about an invalid file is read from the file itself, and is to go on when that cannot be read', () => {
  expect(onInvalid({ text: 'on_invalid: exit\nserver: 5\n', env: {} })).toBe('exit')
  expect(onInvalid({ text: 'on_invalid: ${WISH}\n', env: { WISH: 'exit' } })).toBe('exit')
  for (const text of [
    'on_invalid: continue\n',
    'name: x\n',
    'on_invalid: leave\n',
    'on_invalid: [exit]\n',
    '\t:',
    '',
  ]) {
    expect(onInvalid({ text, env: {} })).toBe('continue')
  }
  expect(onInvalid({ file: 'missing.yaml', cwd: '/', env: {} })).toBe('continue')
  expect(onInvalid({ cwd: '/', env: {} })).toBe('continue')
})
