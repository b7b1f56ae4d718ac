import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder, run } from './run.ts'

const good = 'name: shop\nserver: { port: 8000 }\nscaling: { enabled: true }\n'
const bad = 'name: shop\nserver: { prot: 8000 }\nmode: loud\n'

test('help lists the commands, and no command is help [R-01]', async () => {
  const help = await run(folder(), ['--help'])
  expect(help).toEqual({ code: 0, err: '', out: expect.stringContaining('Usage: telltale') })
  expect(help.out).toMatchInlineSnapshot(`
    "Usage: telltale [options] [command]

    Complete observability for Node services: one YAML file and one import.

    Options:
      -V, --version   print the version
      -h, --help      print this help

    Commands:
      init            write a small telltale.yaml
      check           find every fault in a configuration file
      config          show every setting and where it comes from
      metrics         make, replace, list and revoke tokens for the scrape
      audit           check the audit trail, or remove what is too old
      redact          try the redaction policy on a file
      hub             receive, keep and show telemetry on this machine
      help [command]  display help for command

    Every command takes --json. \`telltale <command> --help\` says more about one.
    "
  `)
  expect((await run(folder(), [])).out).toBe(help.out)
  expect((await run(folder(), ['check', '--help'])).out).toContain('telltale check [options] [file]')
  expect((await run(folder(), ['config', 'explain', '--help'])).out).toContain('--config <file>')
})

test('an unknown command or option is refused with exit code 2 and a suggestion', async () => {
  expect(await run(folder(), ['chekc'])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('Did you mean check?'),
  })
  expect(await run(folder(), ['check', '--jsno'])).toMatchObject({ code: 2, err: expect.stringContaining('--json') })
})

test('check finds nothing in a good file, and names what is not active yet [R-01]', async () => {
  expect(await run(folder({ 'telltale.yaml': good }), ['check'])).toEqual({
    code: 0,
    out: 'telltale.yaml: no faults\n',
    err: 'not active yet: scaling.enabled (telltale.yaml:3:21)\n',
  })
  expect(await run(folder(), ['check'])).toEqual({
    code: 0,
    out: 'no file, so the defaults hold: no faults\n',
    err: '',
  })
})

test('check prints every fault on a line of its own and ends with its exit code [R-01]', async () => {
  expect(await run(folder({ 'a.yaml': bad }), ['check', 'a.yaml'])).toEqual({
    code: 2,
    out: '',
    err: 'a.yaml:2:11 CONFIG_UNKNOWN_KEY server.prot: The key is not known here. Did you mean port?\na.yaml:3:7 CONFIG_VALUE mode: The value is not allowed; found "loud"; allowed: default, full, no-span, off. Write one of the values that are allowed.\n',
  })
  expect((await run(folder(), ['check', 'none.yaml'])).code).toBe(2)
})

test('check --json is for programs, with faults and without [R-01]', async () => {
  const faulty = await run(folder({ 'a.yaml': bad }), ['check', 'a.yaml', '--json'])
  expect([faulty.code, faulty.err]).toEqual([2, ''])
  const { ok, faults } = JSON.parse(faulty.out)
  expect(ok).toBe(false)
  expect(faults[0]).toEqual({
    code: 'CONFIG_UNKNOWN_KEY',
    file: 'a.yaml',
    line: 2,
    column: 11,
    subject: 'server.prot',
    what: 'The key is not known here.',
    todo: 'Did you mean port?',
    message: expect.stringContaining('a.yaml:2:11'),
  })
  const fine = await run(folder({ 'telltale.yaml': good }), ['check', '--json'])
  expect(JSON.parse(fine.out)).toEqual({
    ok: true,
    file: 'telltale.yaml',
    warnings: [],
    not_active_yet: ['scaling.enabled'],
  })
})

test('a package that is missing here is a warning of check, which may run elsewhere than production [R-05]', async () => {
  const grpc = 'name: shop\nobservability: { logging: { sinks: [{ type: otlp, endpoint: "http://c:4317" }] } }\n'
  expect(await run(folder({ 'telltale.yaml': grpc }), ['check'])).toEqual({
    code: 0,
    out: 'telltale.yaml: no faults\n',
    err: 'warning: PEER_MISSING @grpc/grpc-js: gRPC to http://c:4317 (telltale.yaml:2:37) needs it. Install it (npm install @grpc/grpc-js), or export over HTTP: port 4318, or protocol: http/protobuf.\n',
  })
})

test('check finds a declared metric that clashes with a built-in one, with its line [R-15]', async () => {
  const clash = 'name: shop\ncustom_metrics:\n  gauges:\n    - name: http_request_duration_seconds\n'
  const { code, err } = await run(folder({ 'telltale.yaml': clash }), ['check'])
  expect([code, err.split(':').slice(0, 2).join(':')]).toEqual([2, 'telltale.yaml:4'])
})

test('config explain shows value and origin of every setting, hides secrets, and can leave out defaults [R-01]', async () => {
  const text = `${good}observability: { opentelemetry: { tracing: { exporters: [{ type: otlp, headers: { authorization: "Bearer \${TOKEN}" } }] } } }\n`
  const cwd = folder({ 'telltale.yaml': text })
  const env = { TOKEN: 'hunter2', OTEL_SERVICE_NAME: 'cart' }
  const short = await run(cwd, ['config', 'explain', '--changed'], env)
  expect(short.out).not.toContain('hunter2')
  expect(short.out).toMatchInlineSnapshot(`
    "name                                                                     shop      telltale.yaml:1:7
    observability.opentelemetry.service_name                                 cart      OTEL_SERVICE_NAME
    observability.opentelemetry.tracing.exporters[0].type                    otlp      telltale.yaml:4:66
    observability.opentelemetry.tracing.exporters[0].headers[authorization]  [hidden]  telltale.yaml:4:98 ($TOKEN)
    server.port                                                              8000      telltale.yaml:2:17
    scaling.enabled                                                          true      telltale.yaml:3:21 · not active yet
    "
  `)
  const whole = await run(cwd, ['config', 'explain', '--json', '--config', 'telltale.yaml'], env)
  const { file, settings } = JSON.parse(whole.out)
  expect(file).toBe('telltale.yaml')
  expect(settings.length).toBeGreaterThan(150)
  expect(settings.find((row: { path: string }) => row.path === 'scaling.enabled')).toEqual({
    path: 'scaling.enabled',
    value: true,
    origin: 'telltale.yaml:3:21',
    variables: [],
    secret: false,
    active: false,
  })
  expect(whole.out).not.toContain('hunter2')
})

test('config explain of a faulty file ends like check [R-01]', async () => {
  expect(await run(folder({ 'telltale.yaml': bad }), ['config', 'explain'])).toMatchObject({ code: 2, out: '' })
})

test('init writes a file that loads without a fault or a warning, under the name in package.json', async () => {
  const cwd = folder({ 'package.json': '{"name":"@acme/cart"}' })
  expect(await run(cwd, ['init'])).toEqual({
    code: 0,
    err: '',
    out: 'telltale.yaml is written. Next: `telltale check`, then `telltale hub` in one terminal and the service in another.\n',
  })
  expect(readFileSync(join(cwd, 'telltale.yaml'), 'utf8')).toContain('name: "@acme/cart"')
  expect(await run(cwd, ['check'])).toEqual({ code: 0, out: 'telltale.yaml: no faults\n', err: '' })
})

test('init never overwrites a file', async () => {
  const cwd = folder({ 'telltale.yaml': 'mine' })
  expect(await run(cwd, ['init'])).toEqual({
    code: 2,
    out: '',
    err: 'FILE_EXISTS telltale.yaml: The file exists already and is not overwritten. Remove it, or name another file.\n',
  })
  expect(readFileSync(join(cwd, 'telltale.yaml'), 'utf8')).toBe('mine')
  const other = await run(cwd, ['init', 'b.yaml', '--name', 'x', '--json'])
  expect(JSON.parse(other.out)).toEqual({ ok: true, file: 'b.yaml', service: 'x' })
  expect(await run(cwd, ['init', 'no/such/folder.yaml', '--json'])).toMatchObject({ code: 2, err: '' })
})
