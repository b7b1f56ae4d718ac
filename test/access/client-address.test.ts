// Whose request it is: which headers are believed, from whom, and how addresses are spelled.
import { isIP } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AddressSet, ClientAddresses, canonical } from '../../src/access/client-address.ts'
import { forwardedFor, hopsOf } from '../../src/access/forwarded.ts'
import { parseRange } from '../../src/config/range.ts'

const ranges = (...texts: string[]) => texts.map((text) => parseRange(text)!)
const behind = (...texts: string[]) =>
  new ClientAddresses({ ranges: ranges(...texts.filter((text) => text !== 'unix')), unix: texts.includes('unix') })
const proxied = behind('10.0.0.0/8', 'fd00::/8')

const of = (
  clients: ClientAddresses,
  address: string | null,
  forwarded: string | string[] | null,
  rfc7239: string | null = null,
) =>
  clients.of({
    address,
    headers: {
      ...(forwarded !== null && { 'x-forwarded-for': forwarded }),
      ...(rfc7239 !== null && { forwarded: rfc7239 }),
    },
  })

test('without a trusted proxy the socket is the client, whatever a header says [R-23]', () => {
  const none = behind()
  expect(of(none, '203.0.113.9', '1.2.3.4')).toEqual({ address: '203.0.113.9', key: '203.0.113.9' })
  expect(of(proxied, '203.0.113.9', '1.2.3.4', 'for=5.6.7.8').address).toBe('203.0.113.9')
})

test('the header is read from the right, over trusted hops only: what a client writes first is not believed [R-23]', () => {
  const client = (header: string | string[]) => of(proxied, '10.0.0.1', header).address
  expect(client('203.0.113.9')).toBe('203.0.113.9')
  expect(client('1.1.1.1, 203.0.113.9')).toBe('203.0.113.9')
  expect(client('10.9.9.9, 1.1.1.1, 203.0.113.9, 10.0.0.7,fd00::7')).toBe('203.0.113.9')
  expect(client('10.0.0.5, 10.0.0.6')).toBe('10.0.0.5')
  expect(client(['1.1.1.1', '203.0.113.9'])).toBe('203.0.113.9')
})

test('what cannot be read makes the last trusted hop the client, never a bucket for everybody [R-23]', () => {
  const client = (header: string) => of(proxied, '10.0.0.1', header).key
  const garbage = ['', ' ', ',', 'unknown', '_hidden', '1.2.3', '1.2.3.4.5', '010.0.0.1', '0x7f.1', '1.2.3.4:port']
  const more = [
    '1.2.3.4%eth0',
    '[::1',
    '::1]',
    '1.2.3.4, ',
    'a'.repeat(5000),
    '1.2.3.4\u0000',
    '１.2.3.4',
    '[1.2.3.4]',
    'localhost',
  ]
  expect([...garbage, ...more].map(client)).toEqual([...garbage, ...more].map(() => '10.0.0.1'))
  expect(client('1.1.1.1, unknown, 10.0.0.7')).toBe('10.0.0.7')
  expect(client(`${'x'.repeat(14_000)},${','.repeat(1000)}, 203.0.113.9, 10.0.0.7`)).toBe('203.0.113.9')
})

test('ports, brackets and every spelling of an address are one client [R-23]', () => {
  const client = (header: string) => of(proxied, '10.0.0.1', header)
  expect(
    ['203.0.113.9:4711', '::ffff:203.0.113.9', '[::ffff:cb00:7109]:80', '0:0:0:0:0:FFFF:203.0.113.9'].map(client),
  ).toEqual(Array(4).fill({ address: '203.0.113.9', key: '203.0.113.9' }))
  expect(
    ['2001:db8:1:2::7', '[2001:DB8:1:2::7]', '[2001:0db8:0001:0002::0007]:443', '2001:db8:1:2:0:0:0:7'].map(client),
  ).toEqual(Array(4).fill({ address: '2001:db8:1:2::7', key: '2001:db8:1:2::/64' }))
  expect(of(proxied, '::ffff:10.0.0.1', '203.0.113.9').address).toBe('203.0.113.9')
  expect(of(behind('fe80::/10'), 'fe80::1%eth0', '203.0.113.9').address).toBe('203.0.113.9')
})

test('IPv6 clients are counted by their /64 [R-23]', () => {
  const key = (address: string) => of(proxied, address, null).key
  expect(
    ['2001:db8::1', '2001:db8::ffff:1', '2001:db8:0:0:1::', '2001:db8:0:1::', '::1', '1:2:3:4:5:6:7:8'].map(key),
  ).toEqual([
    '2001:db8:0:0::/64',
    '2001:db8:0:0::/64',
    '2001:db8:0:0::/64',
    '2001:db8:0:1::/64',
    '0:0:0:0::/64',
    '1:2:3:4::/64',
  ])
})

test('Forwarded is read as RFC 7239 writes it [R-23]', () => {
  const client = (header: string) => of(proxied, '10.0.0.1', null, header).address
  expect(client('for=203.0.113.9')).toBe('203.0.113.9')
  expect(client('For="[2001:db8:cafe::17]:4711"')).toBe('2001:db8:cafe::17')
  expect(client('for=192.0.2.60;proto=http;by=203.0.113.43')).toBe('192.0.2.60')
  expect(client('for=1.1.1.1, for=203.0.113.9;host="a,b;for=9.9.9.9", for=10.0.0.7')).toBe('203.0.113.9')
  expect(client('host=x;FOR="203.0.113.9:80" , by=_p;for=10.0.0.7')).toBe('203.0.113.9')
  expect(client('for="203\\.0.113.9"')).toBe('203.0.113.9')
  const closed = [
    'for=unknown',
    'for=_gw',
    'for=',
    'for',
    '=1.2.3.4',
    'for=1.2.3.4;for=5.6.7.8',
    'for="1.2.3.4',
    'proto=http',
  ]
  const broken = [
    'for=203.0.113.9 x',
    'for=1.1.1.1 xfor=203.0.113.9',
    'for=203.0.113.9;;;"',
    ', ',
    'for = 1.2.3.4',
    'f@r=1.2.3.4',
    `for=${'1'.repeat(20_000)}`,
  ]
  expect([...closed, ...broken].map(client)).toEqual([...closed, ...broken].map(() => '10.0.0.1'))
})

test('where both headers are there and differ, neither is believed: a proxy lets the one that it does not write pass [R-23]', () => {
  expect(of(proxied, '10.0.0.1', '203.0.113.9', 'for=203.0.113.9').address).toBe('203.0.113.9')
  expect(of(proxied, '10.0.0.1', '203.0.113.9', 'for=1.1.1.1').address).toBe('10.0.0.1')
  expect(of(proxied, '10.0.0.1', '1.1.1.1', 'for=203.0.113.9').address).toBe('10.0.0.1')
})

test('a peer without an address is asked whom it speaks for where `unix` is trusted [R-23]', () => {
  expect(of(behind('unix'), null, '203.0.113.9')).toEqual({ address: '203.0.113.9', key: '203.0.113.9' })
  expect(of(behind('10.0.0.0/8'), null, '203.0.113.9')).toEqual({ address: null, key: '' })
  expect(of(behind('unix'), null, 'unknown')).toEqual({ address: null, key: '' })
  expect(of(behind('unix'), 'not an address', '203.0.113.9')).toEqual({ address: null, key: '' })
})

test('a chain longer than any is walked no further', () => {
  const chain = Array.from({ length: 500 }, () => '10.0.0.2').join(',')
  expect(of(proxied, '10.0.0.1', `203.0.113.9,${chain}`).address).toBe('10.0.0.2')
  const forwarded = chain.replaceAll('10.', 'for=10.')
  expect(of(proxied, '10.0.0.1', null, `for=203.0.113.9,${forwarded}`).address).toBe('10.0.0.2')
})

test('a set of addresses knows IPv4 by its number and IPv6 by its bits [R-26]', () => {
  const set = new AddressSet(ranges('192.0.2.7', '198.51.100.0/25', '2001:db8::/33'))
  const has = (text: string) => set.has(canonical(text)!)
  expect(
    [
      '192.0.2.7',
      '::ffff:192.0.2.7',
      '192.0.2.8',
      '198.51.100.127',
      '198.51.100.128',
      '2001:db8:7fff::1',
      '2001:db8:8000::1',
    ].map(has),
  ).toEqual([true, true, false, true, false, true, false])
  expect(new AddressSet([]).has('192.0.2.7')).toBe(false)
})

const octet = fc.integer({ min: 0, max: 255 })
const v4 = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'))
const piece = fc.oneof(
  v4,
  fc.ipV6(),
  fc.ipV6().map((text) => `[${text}]:80`),
  v4.map((text) => `"${text}:1"`),
  fc.string({ maxLength: 40 }),
  fc.constantFrom('for=', 'for="', ';', ',', '"', '\\', 'unknown', '10.0.0.9', '[', ']', '%', ':', '='),
)

test('no header makes a throw, an address that is none, or a client of an untrusted peer [R-23]', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('10.0.0.1', '203.0.113.9', '::ffff:10.0.0.2', 'fd00::1', null, 'junk'),
      fc.option(fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(','))),
      fc.option(fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''))),
      (address, forwarded, rfc7239) => {
        const client = of(proxied, address, forwarded, rfc7239)
        expect(client.address === null || isIP(client.address) > 0).toBe(true)
        expect(client.key.length).toBeLessThanOrEqual(45)
        if (address === '203.0.113.9') expect(client.address).toBe('203.0.113.9')
        expect(client.key === '').toBe(address === null || address === 'junk')
      },
    ),
    { numRuns: 300 },
  )
})

test('Forwarded as any writer quotes it is read back [R-23]', () => {
  const value = fc.oneof(
    v4,
    fc.ipV6().map((text) => `[${text}]`),
    fc.string({ maxLength: 20 }),
  )
  const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 6 }), (values) => {
      const header = values.map((text) => `proto=https;for=${quoted(text)}`).join(', ')
      expect(forwardedFor(header)).toEqual(values)
    }),
    { numRuns: 200 },
  )
})

test('hops are read from the right, so many and no more, whatever stands beside the commas', () => {
  expect(hopsOf('a')).toEqual(['a'])
  expect([hopsOf(''), hopsOf(','), hopsOf(',a'), hopsOf(' a ,\tb,, c')]).toEqual([
    ...[[''], [''], ['a'], ['a', 'b', '', 'c']],
  ])
  const names = Array.from({ length: 40 }, (_, i) => `h${i}`)
  expect(hopsOf(names.join(','))).toEqual(names.slice(-32))
  expect(forwardedFor(names.map((name) => `for=${name}`).join(','))).toEqual(names.slice(-32))
})

test('Forwarded is read whole or not at all: blanks, empty parts and quotes as the grammar has them', () => {
  const said: [string, string[]][] = [
    ['for=a', ['a']],
    ['\t for=a \t; by=b\t,\tfor="c" ', ['a', 'c']],
    [';for=a;', ['a']],
    ['for=a;;', ['a']],
    ['', ['']],
    [',', ['', '']],
    ['by=x,for=a', ['', 'a']],
    ['for="a\\"b,;"', ['a"b,;']],
    ['for=""', ['']],
    ['FOR=a', ['a']],
    ['for=[::1]:80', ['[::1]:80']],
    ['for=a b', []],
    ['for=a"b"', []],
    ['for="a"b', []],
    ['for="a\\', []],
    ['for="a', []],
    ['for', []],
    ['for=', []],
    ['for=;by=b', []],
    ['=a', []],
    ['for =a', []],
    ['a b=c', []],
    [`${'x'.repeat(33)}=a`, []],
    [`${'x'.repeat(32)}=a`, ['']],
    ['for=a;for=b', []],
    ['for=a,for=b', ['a', 'b']],
    [`for=${'a'.repeat(16_380)}`, ['a'.repeat(16_380)]],
    [`for=${'a'.repeat(16_381)}`, []],
  ]
  for (const [header, hops] of said)
    expect([header.slice(0, 40), forwardedFor(header)]).toEqual([header.slice(0, 40), hops])
})
