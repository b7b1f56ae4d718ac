import { expect, test } from 'vitest'
import { Redactor, redactText, redactUrl } from '../../src/redact.ts'

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r'

test.each([
  ['login with Bearer abc.def-123 failed', 'login with Bearer [REDACTED] failed'],
  ['Authorization: Basic dXNlcjpwYXNz', 'Authorization: [REDACTED]'],
  [`jwt ${jwt} expired`, 'jwt [REDACTED] expired'],
  ['key -----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY----- end', 'key [REDACTED] end'],
  ['cut -----BEGIN PRIVATE KEY-----\nMIIEabc', 'cut [REDACTED]'],
  ['card 4111 1111 1111 1111 refused', 'card [REDACTED] refused'],
  ['card 4111-1111-1111-1111 refused', 'card [REDACTED] refused'],
  ['password=hunter2 user=bob', 'password=[REDACTED] user=bob'],
  ['{"password":"hun\\"ter2","n":1}', '{"password":"[REDACTED]","n":1}'],
  ["{ apiKey: 'k1', n: 1 }", "{ apiKey: '[REDACTED]', n: 1 }"],
  ['Cookie: a=b; c=d', 'Cookie: [REDACTED]'],
  ['set-cookie: sid=1; HttpOnly\nnext line', 'set-cookie: [REDACTED]\nnext line'],
  ['duplicate key (email)=(bob@example.com)', 'duplicate key (email)=[REDACTED])'],
  [
    'GET https://bob:pw@api.test/x?token=abc&a=1 failed',
    'GET https://REDACTED:REDACTED@api.test/x?token=REDACTED&a=1 failed',
  ],
  ['GET /x?token=abc&a=1 failed', 'GET /x?token=REDACTED&a=1 failed'],
  ['connect postgres://app:s3cr3t@db:5432/shop', 'connect postgres://REDACTED:REDACTED@db:5432/shop'],
  ['aws AKIAIOSFODNN7EXAMPLE leaked', 'aws [REDACTED] leaked'],
  ['gh ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'gh [REDACTED]'],
  ['stripe sk_live_abcdefgh12345', 'stripe [REDACTED]'],
  ['run --password=hunter2 -v', 'run --password=[REDACTED] -v'],
  ['run --api-key hunter2 -v', 'run --api-key [REDACTED] -v'],
  ['$password = "hunter2"; next', '$password = "[REDACTED]"; next'],
  ['_password=hunter2 PGPASSWORD=hunter2 psql', '_password=[REDACTED] PGPASSWORD=[REDACTED] psql'],
  ['user[password]=hunter2&a=1', 'user[password]=[REDACTED]&a=1'],
  ['user%5Bpassword%5D=hunter2&a=1', 'user%5Bpassword%5D=[REDACTED]&a=1'],
  ['password%3Dhunter2&a=1', 'password%3D[REDACTED]&a=1'],
  ['<password>hunter2</password><a>1</a>', '<password>[REDACTED]</password><a>1</a>'],
  ['<ns:token kind="x">hunter2</ns:token>', '<ns:token kind="x">[REDACTED]</ns:token>'],
  ['{"credentials":{"user":"x","list":["}hunter2"]},"n":1}', '{"credentials":[REDACTED],"n":1}'],
  ['{"password":["hunter2","b"],"n":1}', '{"password":[REDACTED],"n":1}'],
  ['{\\"password\\":\\"hun\\\\\\"ter2\\",\\"n\\":1}', '{\\"password\\":\\"[REDACTED]\\",\\"n\\":1}'],
  ['password: "two\nlines" end', 'password: "[REDACTED]" end'],
  ['password: "never closed\nnext', 'password: "[REDACTED]\nnext'],
  ['password=hun,ter2,user=bob', 'password=[REDACTED],user=bob'],
  ['%E0%A4pin%=1 a%ZZ_pin=2 password=3', '%E0%A4pin%=1 a%ZZ_pin=[REDACTED] password=[REDACTED]'],
  ['auth_token: token   abc\td', 'auth_token: [REDACTED]\td'],
  ['auth_token:\ttoken\tabc d', 'auth_token:\t[REDACTED] d'],
  ['password=a,user =b;c\t:d', 'password=[REDACTED],user =b;c\t:d'],
  ['password=a;b,c', 'password=[REDACTED]'],
  ['cookie_token=a b', 'cookie_token=[REDACTED] b'],
  ['xcookie=a b', 'xcookie=a b'],
  ['"Cookie" : a=b; c=d', '"Cookie" : [REDACTED]'],
  ['authorization => Negotiate abc def', 'authorization => [REDACTED]'],
  [
    'password%3ahunter2 password%3Ahunter2 password%3dhunter2',
    'password%3a[REDACTED] password%3A[REDACTED] password%3d[REDACTED]',
  ],
  [
    `${'\\'.repeat(7)}"pin${'\\'.repeat(7)}":${'\\'.repeat(7)}"1${'\\'.repeat(7)}"`,
    `${'\\'.repeat(7)}"pin${'\\'.repeat(7)}":${'\\'.repeat(7)}"[REDACTED]${'\\'.repeat(7)}"`,
  ],
  ['run --pin--x 1 --x--pin 1', 'run --pin--x 1 --x--pin [REDACTED]'],
  ['password: {"a": "}", b: [1]} end', 'password: [REDACTED] end'],
  ['password: {"a\\"}": 1} end', 'password: [REDACTED] end'],
  ['password: [never closed', 'password: [REDACTED]'],
  ['<pin> </pin><pin></pin><pin>1', '<pin> </pin><pin></pin><pin>[REDACTED]'],
  ['pin="" pin=\'\' pin=""', 'pin="" pin=\'\' pin=""'],
  ["pin='it' 's", "pin='[REDACTED]' 's"],
  ['pin="\nnext', 'pin="\nnext'],
  ['pin=\'1" 2\' pin="3\' 4" end', 'pin=\'[REDACTED]\' pin="[REDACTED]" end'],
  [`pin="${'x'.repeat(8192)}" end`, 'pin="[REDACTED]" end'],
  [`pin="${'x'.repeat(8193)}" end\nnext`, 'pin="[REDACTED]\nnext'],
  ['pin="1\\\\" end', 'pin="[REDACTED]" end'],
  ['pin="1\\\\\\" 2" end', 'pin="[REDACTED]" end'],
  ['pin=REDACTED pin=REDACTEDx', 'pin=REDACTED pin=[REDACTED]'],
  ['pin=[REDACTED] pin: [REDACTED]', 'pin=[REDACTED] pin: [REDACTED]'],
  ['pin="[REDACTED] pin=1', 'pin="[REDACTED] pin=[REDACTED]'],
  ['<pin>[REDACTED]</pin><a pin="1">2</a>', '<pin>[REDACTED]</pin><a pin="[REDACTED]">2</a>'],
  ['password1=a token_2: b pin3:4', 'password1=[REDACTED] token_2: [REDACTED] pin3:[REDACTED]'],
  ['Bearer REDACTEDnot.really-2', 'Bearer [REDACTED]'],
  ['Bearer "abc.def-123" failed', 'Bearer [REDACTED]" failed'],
  ['authorization: Digest username="Mufasa", response="1f"', 'authorization: [REDACTED]'],
  ['card 4111\u00a01111\u20111111\u20091111 refused', 'card [REDACTED] refused'],
  ['4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1', '[REDACTED]'],
  ['see //bob:hunter2@host/a', 'see //REDACTED:REDACTED@host/a'],
  ['see //bob:1@host/a', 'see //REDACTED:REDACTED@host/a'],
  ['google AIzaSyA1234567890abcdefghijklmnopqrstuvw', 'google [REDACTED]'],
  ['slack xoxb-123456789012-abcdefghijkl', 'slack [REDACTED]'],
  ['slack xapp-1-A02ABC-123', 'slack [REDACTED]'],
  ['gitlab glpat-abcdefghijklmnopqrst', 'gitlab [REDACTED]'],
  ['openai sk-proj-abcdefghijklmnopqrstuvwx', 'openai [REDACTED]'],
  ['pypi pypi-AgEIcHlwaS5vcmcCJDU3', 'pypi [REDACTED]'],
  ['oauth GOCSPX-abcdefghijklmnop12', 'oauth [REDACTED]'],
  ['mail SG.abcdefghijklmnop.qrstuvwxyz012345', 'mail [REDACTED]'],
  ['google ya29.a0AfH6SMBabcdefghijk', 'google [REDACTED]'],
  ['vault hvs.CAESIabcdefghijklmnopq', 'vault [REDACTED]'],
  ['face hf_abcdefghijklmnopqrstuv', 'face [REDACTED]'],
  ['shop shpat_abcdef0123456789abcdef', 'shop [REDACTED]'],
  ['ocean dop_v1_abcdef0123456789abcdef', 'ocean [REDACTED]'],
  ['docker dckr_pat_abcdef0123456789abcdef', 'docker [REDACTED]'],
  ['grafana glsa_abcdef0123456789abcdef', 'grafana [REDACTED]'],
  ['hook whsec_abcdef0123456789abcdef', 'hook [REDACTED]'],
  ['ours tt_6hKz9GLcEk5rcy2H4x0ihd_lKemWxVuxFOLLag3NeSnSbVh0oGX1GXt5aShZ7YjWnm0MhrUp', 'ours [REDACTED]'],
  ['ours, cut tt_6hKz9GLcEk5rcy2H4x0ihd_lKemWxVuxF…', 'ours, cut [REDACTED]…'],
  ['npm npm_abcdefghijklmnopqrstuvwxyz', 'npm [REDACTED]'],
])('%s [G-13]', (text, expected) => {
  expect(redactText(text)).toBe(expected)
})

test.each([
  'basic authentication is required',
  'the bearer of bad news',
  'order 1732160000000 created at 2026-11-21T03:54:05.123Z',
  'trace 4bf92f3577b34da6a3ce929d0e0e4736 took 12ms: ok',
  'GET /api/v1/orders/:id 200',
  'count: 5, size=10, tokens: 100',
  'card 4111111111111112 fails Luhn',
  'write to bob@example.com',
  'http://127.0.0.1:4318/v1/traces',
  'a\u0130: b',
  'map((a) => a.b) -> <b>bold</b> x > 1',
  'at 12:30 or T12:30:15 on line 4: ok, ratio 3:4',
  'pull --rebase origin main -- and so on',
  "select id from orders where id = 12 and note = 'x'",
  'Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0',
  '4bf92f35-77b3-4da6-a3ce-929d0e0e4736 and 2026-11-21 2026-11-22',
  '12 34 56 78 90 12',
  '<input name="password">',
  'token:',
])('ordinary text comes back as the very same string: %s', (text) => {
  expect(redactText(text)).toBe(text)
})

test('e-mail addresses in free text are replaced only when the switch is on (ruling 59)', () => {
  const on = new Redactor({ emails: true })
  expect(on.text('write to bob.smith+x@mail.example.com now')).toBe('write to [REDACTED] now')
  expect(redactText('write to bob@example.com')).toBe('write to bob@example.com')
  const off = new Redactor({})
  expect([off.text('to bob@example.com'), off.url('/?to=bob@example.com'), on.url('/?to=bob@example.com')]).toEqual([
    ...['to bob@example.com', '/?to=bob@example.com', '/?to=REDACTED'],
  ])
})

test('a text longer than the bound is cut at a blank and says so', () => {
  const small = new Redactor({ maxText: 64 })
  expect(small.text(`${'word '.repeat(12)}password=hunter2 and more`)).toBe(
    `${'word '.repeat(10).trimEnd()}…[TRUNCATED]`,
  )
})

test.each([
  ['https://user:pass@example.com/a?b=c', 'https://REDACTED:REDACTED@example.com/a?b=c'],
  ['https://user@example.com/', 'https://REDACTED:REDACTED@example.com/'],
  ['https://us@er:p@ss@example.com/', 'https://REDACTED:REDACTED@example.com/'],
  ['postgres://app:pa/ss@db/shop', 'postgres://REDACTED:REDACTED@db/shop'],
  ['https://example.com/@bob', 'https://example.com/@bob'],
  ['https://example.com:8443/a@b', 'https://example.com:8443/a@b'],
  [
    'https://s3/x?X-Amz-Signature=a&X-Amz-Credential=b&X-Amz-Security-Token=c',
    'https://s3/x?X-Amz-Signature=REDACTED&X-Amz-Credential=REDACTED&X-Amz-Security-Token=REDACTED',
  ],
  [
    '?AWSAccessKeyId=a&Signature=b&sig=c&X-Goog-Signature=d&q=1',
    '?AWSAccessKeyId=REDACTED&Signature=REDACTED&sig=REDACTED&X-Goog-Signature=REDACTED&q=1',
  ],
  ['?SIG=a', '?SIG=a'],
  ['/cb?code=1#access_token=abc&state=2', '/cb?code=1#access_token=REDACTED&state=2'],
  ['api%5Fkey=abc&x=1', 'api%5Fkey=REDACTED&x=1'],
  ['/x?next=https%3A%2F%2Fu%3Ap%40h', '/x?next=REDACTED'],
  [`/x?q=${jwt}`, '/x?q=REDACTED'],
  ['/x?token=', '/x?token='],
  ['//user:pass@example.com/a', '//REDACTED:REDACTED@example.com/a'],
  ['redis://:pw@host:6379/0', 'redis://REDACTED:REDACTED@host:6379/0'],
  ['/a;jsessionid=1;x=2/b;token=3?c=4', '/a;jsessionid=REDACTED;x=2/b;token=REDACTED?c=4'],
  ['/x?a=password%253Dhunter2', '/x?a=REDACTED'],
  ['/x?password1=a&user%255Bpin%255D=1', '/x?password1=REDACTED&user%255Bpin%255D=REDACTED'],
  ['/x?next=%E0%A4%A', '/x?next=%E0%A4%A'],
  ['', ''],
  ['https://example.com', 'https://example.com'],
  ['https://u:p@host/x@y', 'https://REDACTED:REDACTED@host/x@y'],
  ['https://@host:x/a@b', 'https://REDACTED:REDACTED@host:x/a@b'],
  ['https://@host/', 'https://REDACTED:REDACTED@host/'],
  ['http://[::1]:80/a@b', 'http://[::1]:80/a@b'],
  ['http://u:pa/x;sig=1', 'http://u:pa/x;sig=REDACTED'],
  ['postgres://app:pa/ss@db/shop?token=1', 'postgres://REDACTED:REDACTED@db/shop?token=REDACTED'],
  ['https://h?q=a@b', 'https://h?q=a@b'],
  ['https://h#a@b', 'https://h#a@b'],
  ['https://h\\a@b', 'https://h\\a@b'],
  [`${'a'.repeat(31)}://u:p@h`, `${'a'.repeat(31)}://REDACTED:REDACTED@h`],
  ['sig=c&x=1', 'sig=REDACTED&x=1'],
  ['/a&sig=c', '/a&sig=c'],
  ['/a;sig=1/b;sig=2/c', '/a;sig=REDACTED/b;sig=REDACTED/c'],
  ['/cb#sig=1', '/cb#sig=REDACTED'],
  ['/cb?a=1#sig=1', '/cb?a=1#sig=REDACTED'],
  ['/x?token=a=b&c=1', '/x?token=REDACTED&c=1'],
  ['/x?a=1?token=2;sig=3', '/x?a=1?token=REDACTED;sig=REDACTED'],
  ['/x?&&a&=b&c==&', '/x?&&a&=b&c==&'],
  ['/x?q=a%20b+c%2Bd', '/x?q=a%20b+c%2Bd'],
  ['/x?q=Bearer+abc.def-123', '/x?q=REDACTED'],
  ['/x?q=Bearer%20abc.def-123', '/x?q=REDACTED'],
  ['/x?q=Bearer%2Babc.def-123', '/x?q=Bearer%2Babc.def-123'],
  ['/x?q=Bearer%252Babc.def-123', '/x?q=Bearer%252Babc.def-123'],
  ['/x?q=pin%2525253D1', '/x?q=REDACTED'],
  ['/x?Bearer+abc.def-123&a', '/x?REDACTED&a'],
  ['/x?pin%=1&a%ZZ=token%3D1', '/x?pin%=REDACTED&a%ZZ=token%3DREDACTED'],
])('url %s: the literal is REDACTED, the key stays (ruling 59, semantic conventions url.full)', (url, expected) => {
  expect(redactUrl(url)).toBe(expected)
  expect(redactUrl(expected)).toBe(expected)
})

test('the URL of a stack frame, which has a line and a column, ends the pass like any other', () => {
  const stack = 'Error: no\n    at file:///shop/api.mjs:40:27\n    at async span (file:///shop/span.mjs:1:2)'
  expect(new Redactor().text(stack)).toBe(stack)
  expect(new Redactor().text('see http://a.test/x:1?u=http://b:c@d/ password=abc123')).toBe(
    'see http://a.test/x:1?u=http://REDACTED:REDACTED@d/ password=[REDACTED]',
  )
})

test('URLs within URLs are followed a few levels down, then masked: thousands of them neither overflow nor stall [G-13]', () => {
  const four = 'http://a/http://a/http://a/http://a/http://a'
  expect(redactText('http://a/'.repeat(7000))).toBe(`${four}/REDACTED`)
  expect(redactUrl('http://a/'.repeat(7000))).toBe(`${four}/http://a/REDACTED`)
  expect(redactUrl('next=aa://b/?next=aa://b/')).toBe('next=aa://b/?next=aa://b/')
  expect(redactUrl(`next=${'aa://'.repeat(3000)}`).length).toBeLessThan(100)
})

test.each([
  ['a=1&pin=2', 'a=1&pin=REDACTED'],
  ['a?pin=2', 'a?pin=REDACTED'],
  ['pin=2', 'pin=[REDACTED]'],
  ['Bearer REDACTED [REDACTED]', 'Bearer REDACTED [REDACTED]'],
  ['5: 6 = 7', '5: 6 = 7'],
  ['<pin>"a" b</pin>', '<pin>[REDACTED]</pin>'],
  ['<pin>a', '<pin>[REDACTED]'],
  ['pin=a[REDACTED]', 'pin=[REDACTED]]'],
  ['pin=[REDACTED]a', 'pin=[REDACTED]a'],
  ['pin="[REDACTED]" pin="REDACTED"', 'pin="[REDACTED]" pin="[REDACTED]"'],
  ['pin="\\\\" pin=1', 'pin="[REDACTED]" pin=[REDACTED]'],
  ['see http://a/?q=http%3A%2F%2Fu%3Ap%40h and password=1', 'see http://a/?q=REDACTED and password=[REDACTED]'],
  ['see http://a/?q=1&r=Bearer%20abc.def-123', 'see http://a/?q=1&r=REDACTED'],
])('%s in a text [G-13]', (text, expected) => {
  expect(redactText(text)).toBe(expected)
})

test('a text is cut at the last blank, line or comma before the bound; a secret that begins before it is not laid bare', () => {
  const small = new Redactor({ maxText: 64 })
  const end = '…[TRUNCATED]'
  const cutAt = (text: string) => small.text(text)
  expect(cutAt('x'.repeat(64))).toBe('x'.repeat(64))
  expect(cutAt('x'.repeat(65))).toBe(end)
  for (const blank of [' ', '\n', ',']) {
    expect(cutAt(`ab${blank}${'x'.repeat(65)}`)).toBe(`ab${end}`)
    expect(cutAt(`${'x'.repeat(52)}${blank}${'y'.repeat(20)}`)).toBe(`${'x'.repeat(52)}${end}`)
    expect(cutAt(`${'x'.repeat(53)}${blank}${'y'.repeat(20)}`)).toBe(end)
  }
  expect(cutAt(`a ${'x'.repeat(30)} Bearer ${'y'.repeat(60)}`)).toBe(`a ${'x'.repeat(30)} Bearer${end}`)
  // The least that a bound can be.
  expect(new Redactor({ maxText: 1 }).text('x'.repeat(64))).toBe('x'.repeat(64))
  expect(small.url(`/a?b=${'x'.repeat(59)}`)).toBe(`/a?b=${'x'.repeat(59)}`)
  expect(small.url(`/a?b=${'x'.repeat(60)}`)).toBe(end)
})

test('what was said of a text is said again, however many came between [G-13]', () => {
  const { text } = new Redactor()
  const texts = Array.from({ length: 1100 }, (_, i) => [`pin=${i} a: ${i}`, `pin=[REDACTED] a: ${i}`] as const)
  for (let round = 0; round < 2; round++)
    expect(texts.filter(([given, shown]) => text(given) !== shown || text(given) !== shown)).toEqual([])
  for (const length of [250, 251, 252, 253, 300])
    for (let i = 0; i < 2; i++) expect(text(`pin=1 ${'x'.repeat(length)}`)).toBe(`pin=[REDACTED] ${'x'.repeat(length)}`)
})
