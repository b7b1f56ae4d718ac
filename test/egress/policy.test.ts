import { expect, test } from 'vitest'
import { Fault } from '../../src/base/fault.ts'
import { addressFacts, type Preset } from '../../src/egress/address.ts'
import { checkHeaders, plainCredentials } from '../../src/egress/headers.ts'
import { allow } from '../../src/egress/target.ts'

function verdict(url: string, preset: Preset): string {
  try {
    allow(url, preset)
    return 'allowed'
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return error.code
  }
}

const verdicts = (urls: readonly string[], preset: Preset): string[] =>
  urls.map((url) => `${verdict(url, preset)} ${url}`)
const all = (urls: readonly string[], word: string): string[] => urls.map((url) => `${word} ${url}`)

const loopback = [
  'http://127.0.0.1:4318',
  'http://127.0.0.2',
  'http://localhost:4318',
  'http://LOCALHOST.',
  'http://a.localhost',
  'http://[::1]:4318',
  'http://0.0.0.0',
  'http://0.1.2.3',
  'http://[::]',
]
const privates = [
  'http://10.0.0.1',
  'http://172.16.0.1',
  'http://172.31.255.255',
  'http://192.168.1.1',
  'http://100.64.0.1',
  'http://100.127.255.254',
  'http://[fc00::1]',
  'http://[fdff::1]',
  'http://[fec0::1]',
]
const forbidden = [
  'http://169.254.169.254',
  'http://169.254.0.1',
  'https://169.254.169.254/latest',
  'http://[fe80::1]',
  'http://[febf::1]',
  'http://[fd00:ec2::254]',
  'http://100.100.100.200',
  'http://192.0.0.192',
  'http://168.63.129.16',
  'http://[::ffff:169.254.169.254]',
  'http://[64:ff9b::a9fe:a9fe]',
  'http://[2002:a9fe:a9fe::1]',
  'http://[::169.254.169.254]',
  'http://[::ffff:0:a9fe:a9fe]',
]
const oddMetadata = [
  'http://2852039166',
  'http://0xa9fea9fe',
  'http://0251.0376.0251.0376',
  'http://169.254.43518',
  'http://0xA9.254.0251.254',
]
const odd = [
  'http://2130706433',
  'http://0x7f000001',
  'http://0177.0.0.1',
  'http://127.1',
  'http://127.0.1',
  'http://0x7f.1',
  'http://①②⑦.0.0.1',
  'http://127.0.0.1.',
  'http://%31%32%37.0.0.1',
]
const oddPublic = ['http://134744072', 'http://0x08080808', 'http://010.8.8.8', 'http://8.8.2056', 'http://8.8.8.8.']
const others = [
  'http://224.0.0.1',
  'http://255.255.255.255',
  'http://240.0.0.1',
  'http://198.18.0.1',
  'http://192.0.2.1',
  'http://[ff02::1]',
  'http://[2001:db8::1]',
  'http://[2001::1]',
  'http://[100::1]',
  'http://[::ffff:8.8.8.8]',
  'http://[64:ff9b::808:808]',
  'http://[2002:808:808::1]',
]
const open = [
  'https://8.8.8.8',
  'http://8.8.8.8:4318',
  'https://[2606:4700::1111]',
  'https://collector.example.com/v1/traces',
  'http://172.32.0.1',
  'http://100.128.0.1',
  'http://11.0.0.1',
]

test('strict refuses loopback, private, shared, link-local, metadata and reserved addresses [S-31]', () => {
  const urls = [...loopback, ...privates, ...forbidden, ...others]
  expect(verdicts(urls, 'strict')).toEqual(all(urls, 'ENDPOINT_FORBIDDEN'))
})

test('strict refuses every odd spelling of an address, also of a public one [S-31]', () => {
  const urls = [...odd, ...oddMetadata, ...oddPublic]
  expect(verdicts(urls, 'strict')).toEqual(all(urls, 'ENDPOINT_FORBIDDEN'))
})

test('strict lets public places through [S-31]', () => {
  expect(verdicts(open, 'strict')).toEqual(all(open, 'allowed'))
})

test('operator allows loopback and private addresses: collectors live there [S-31]', () => {
  const urls = [...loopback, ...privates.filter((url) => !url.includes('[fd00')), ...open, ...odd]
  expect(verdicts(urls, 'operator')).toEqual(all(urls, 'allowed'))
})

test('operator still refuses link-local and cloud metadata addresses in every spelling [S-31]', () => {
  const urls = [...forbidden, ...oddMetadata]
  expect(verdicts(urls, 'operator')).toEqual(all(urls, 'ENDPOINT_FORBIDDEN'))
})

test('an endpoint must be a full http or https URL without credentials, and the fault does not repeat them', () => {
  const urls = [
    '',
    'collector:4318',
    'ftp://a',
    'file:///etc/passwd',
    'http://',
    'http://u:p@a',
    'http://[::1',
    'http://a b',
  ]
  expect(verdicts(urls, 'operator')).toEqual(all(urls, 'ENDPOINT_INVALID'))
  const text = (() => {
    try {
      allow('http://user:secret@collector/', 'operator', 'tracing.exporters[0].endpoint')
    } catch (error) {
      return (error as Fault).message
    }
  })()
  expect(text).toBe(
    'ENDPOINT_INVALID tracing.exporters[0].endpoint: The endpoint is not a usable URL; found http://[REDACTED]@collector/. Put credentials in a header, not in the URL.',
  )
})

test('addresses are told apart at the edges of their ranges', () => {
  const kinds = [
    '9.255.255.255',
    '10.0.0.0',
    '172.15.255.255',
    '172.16.0.0',
    '100.63.255.255',
    '100.64.0.0',
    '126.255.255.255',
    '127.255.255.255',
    '169.253.255.255',
    '169.254.0.0',
    '223.255.255.255',
    '224.0.0.0',
    'fe7f::',
    'fe80::%eth0',
    'fc00::',
    '2000::',
    '::2',
    'nonsense',
  ]
  expect(kinds.map((address) => addressFacts(address)?.kind)).toEqual([
    'public',
    'private',
    'public',
    'private',
    'public',
    'shared',
    'public',
    'loopback',
    'public',
    'link-local',
    'public',
    'multicast',
    'reserved',
    'link-local',
    'private',
    'public',
    'unspecified',
    undefined,
  ])
})

const headerVerdict = (name: string, value: string): string => {
  try {
    checkHeaders({ [name]: value })
    return 'fine'
  } catch (error) {
    return (error as Fault).code
  }
}

test('CR, LF, NUL and other controls in a header are refused, names must be tokens [S-30]', () => {
  const bad: [string, string][] = [
    ['x\r\ny', 'v'],
    ['x\n', 'v'],
    ['x', 'a\r\nb: c'],
    ['x', 'a\nb'],
    ['x', 'a\rb'],
    ['x', 'a\0b'],
    ['x\0', 'v'],
    ['', 'v'],
    ['x y', 'v'],
    ['x:', 'v'],
    ['(x)', 'v'],
    ['ü', 'v'],
    ['x', 'snow ☃'],
    ['x', 'a\x7fb'],
    ['Content-Length', '5'],
    ['transfer-encoding', 'chunked'],
    ['Host', 'other'],
  ]
  expect(bad.map(([name, value]) => headerVerdict(name, value))).toEqual(bad.map(() => 'HEADER_INVALID'))
  const good: [string, string][] = [
    ['authorization', 'Bearer a.b-c_d='],
    ['x-Tenant!#$', ''],
    ['x', 'a\tb'],
    ['x', 'é'],
  ]
  expect(good.map(([name, value]) => headerVerdict(name, value))).toEqual(good.map(() => 'fine'))
})

test('a header fault never repeats the value [S-30]', () => {
  expect(() => checkHeaders({ authorization: 'secret\r\n' })).toThrow(
    /^HEADER_INVALID "authorization": A header cannot be sent as it stands\. The value has a line break, a NUL or another control character\.$/,
  )
})

test('headers over plain http to another machine get a warning without their values, elsewhere none [S-32]', () => {
  const headers = { authorization: 'Bearer secret', 'x-key': 'k' }
  const warning = (url: string, sent = headers): string | undefined => plainCredentials(allow(url, 'operator'), sent)
  expect(warning('http://10.0.0.1:4318')).toBe(
    'headers (authorization, x-key) are sent to 10.0.0.1:4318 over plain http: anyone on the way can read them; use https',
  )
  expect([
    warning('https://10.0.0.1'),
    warning('http://localhost'),
    warning('http://127.0.0.2'),
    warning('http://[::1]'),
    plainCredentials(allow('http://10.0.0.1', 'operator'), {}),
  ]).toEqual(new Array(5).fill(undefined))
})
