import { expect, test } from 'vitest'
import { withoutHosts } from '../../../src/console/ops/hosts.ts'

test.each([
  ['connect ECONNREFUSED 10.1.2.3:5672', 'connect ECONNREFUSED [HOST]'],
  ['connect ECONNREFUSED ::1:5672', 'connect ECONNREFUSED [HOST]'],
  ['getaddrinfo ENOTFOUND mq', 'getaddrinfo ENOTFOUND [HOST]'],
  ['getaddrinfo EAI_AGAIN mq.shop.svc', 'getaddrinfo EAI_AGAIN [HOST]'],
  ['amqp://u:p@mq.internal:5672/v?x=1 refused', 'amqp://[HOST]/v?x=1 refused'],
  ['no route to mq-7.shop.internal', 'no route to [HOST]'],
  ['kafka broker b-1.kafka.eu:9092 and b2:9092', 'kafka broker [HOST] and [HOST]'],
  ['from [fe80::1]:443 and 2001:db8:0:0:0:0:0:1', 'from [HOST] and [HOST]'],
  ['at 12:34:56 the 3rd of 10 tries failed', 'at 12:34:56 the 3rd of 10 tries failed'],
  ['order.paid: no handler for version 1.2.3', 'order.paid: no handler for version 1.2.3'],
  [
    'duplicate key value violates unique constraint "orders_pkey"',
    'duplicate key value violates unique constraint "orders_pkey"',
  ],
])('%s', (text, shown) => {
  expect(withoutHosts(text)).toBe(shown)
})

test('no text keeps it busy', { timeout: 20_000 }, () => {
  for (const part of ['a.', 'a-', '1:', ':', 'a:', '1.1.1.', 'http://', 'ENOTFOUND ', '::1:', 'a.a.a.a.a.a.a.a.']) {
    withoutHosts(part.repeat(20_000 / part.length))
  }
})
