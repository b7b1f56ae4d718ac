import { expect, test } from 'vitest'
import { Scope } from '../../src/model/attribute.ts'
import { LogRecord } from '../../src/model/log.ts'
import { redactOnce } from '../../src/start/once.ts'
import { later, launch, logsOf, otlp, receiver, SHOP } from './kit.ts'

const record = (body: string) => new LogRecord(new Scope('s'), 1, 9, 'INFO', body)

test('a record is looked at once on its way from the logger to the sinks, and any other record on its own', () => {
  const seen: unknown[] = []
  const { first, second } = redactOnce(({ body }) => seen.push(body))
  const [a, b] = [record('a'), record('b')]
  first(a)
  second(a)
  second(b)
  // Handed on again, it may have been changed since.
  second(a)
  first(a)
  // Written while a was being written.
  first(b)
  second(b)
  second(a)
  expect(seen).toEqual(['a', 'b', 'a', 'a', 'b', 'a'])
})

test('a secret in a line of our logger is neither on the terminal nor in the export [H-39]', async () => {
  const lines: string[] = []
  const write = process.stdout.write.bind(process.stdout)
  process.stdout.write = ((chunk: string) => lines.push(String(chunk)) > 0) as typeof process.stdout.write
  later(() => {
    process.stdout.write = write
  })
  const collector = await receiver()
  const telltale = await launch(`${SHOP}${otlp(collector.url, { logs: true })}`)
  const { log } = await import('../../src/logs.ts')
  log.info({ password: 'hunter2' }, 'Bearer abcdefghijklmnopqrstuvwxyz012345')
  await telltale.stop()
  expect(lines.filter((line) => line.includes('hunter2') || line.includes('abcdefghij'))).toEqual([])
  expect(logsOf(collector).map(({ body, attributes }) => [body, attributes])).toEqual([
    ['Bearer [REDACTED]', ['password', '[REDACTED]']],
  ])
})
