import { expect, test } from 'vitest'
import { CLEAN, detached, keyJudge, SCAN, SECRET, TAINTED, URL_VALUE, wordsOf } from '../../src/redact/key.ts'
import { judgeKey } from '../../src/redact.ts'

test('every name of the blocklist is secret [G-12]', () => {
  const names = [
    ...['password', 'password_hash', 'access_token', 'refresh_token', 'id_token', 'ssh_private_key'],
    ...['ssh_private_key_enc', 'stripe_customer_id', 'payment_reference', 'email', 'username', 'access_secret_enc'],
    ...['authorization', 'cookie', 'set-cookie', 'api_key', 'secret', 'token', 'session_id', 'private_key'],
  ]
  expect(names.filter((name) => judgeKey(name) !== SECRET)).toEqual([])
})

test('snake, camel, kebab, dotted, spaced and shouted spellings of one key are equal [G-13]', () => {
  const spellings = [
    'access_token',
    'accessToken',
    'access-token',
    'access.token',
    'AccessToken',
    'ACCESS_TOKEN',
    'Access Token',
  ]
  expect(spellings.map((key) => judgeKey(key))).toEqual(spellings.map(() => SECRET))
})

test('a suffix of whole words counts: db.password, userAccessToken, X-Api-Key, http.request.header.authorization [G-13]', () => {
  for (const key of [
    'db.password',
    'userAccessToken',
    'X-Api-Key',
    'http.request.header.authorization',
    'user.email',
    'DBPassword',
  ])
    expect([key, judgeKey(key)]).toEqual([key, SECRET])
})

test('keys that only contain a secret word stay readable: no substring match (ruling 17)', () => {
  for (const key of [
    'provider_tokens',
    'session_count',
    'token_count',
    'gen_ai.usage.input_tokens',
    'secretary',
    'passwordless',
    'tokenizer',
    'email_sent',
    'cookie_banner_shown',
    'author',
    'keyboard',
  ])
    expect([key, judgeKey(key)]).toEqual([key, SCAN])
})

test('what counts up at the end of a key, and compatibility letters, change nothing [G-13]', () => {
  const keys = ['password1', 'token_2', 'newPassword3', 'api_key.10', 'ｐａｓｓｗｏｒｄ', 'DB_PASS', 'jsessionid']
  expect(keys.filter((key) => judgeKey(key) !== SECRET)).toEqual([])
  expect(['oauth2', 'sha256', 'p2in', 'line_1', '42', '_', ''].map((key) => judgeKey(key))).toEqual([
    0, 0, 0, 0, 0, 0, 0,
  ])
})

test('a key that holds a secret itself is told from others, also where it is allowed [G-13]', () => {
  expect(judgeKey('Bearer abc.def-123')).toBe(TAINTED)
  expect(judgeKey('https://bob:pw@host/')).toBe(TAINTED)
})

test('URLs are told from other values', () => {
  expect(['url.full', 'url.query', 'http.url', 'db.namespace'].map((key) => judgeKey(key))).toEqual([
    URL_VALUE,
    URL_VALUE,
    URL_VALUE,
    SCAN,
  ])
})

test('the configuration adds names and takes whole keys out', () => {
  const judge = keyJudge(['Patient Number'], ['user.email'])
  expect(judge('patientNumber')).toBe(SECRET)
  expect(judge('lab.patient_number')).toBe(SECRET)
  expect(judge('user_email')).toBe(SCAN)
  expect(judge('email')).toBe(SECRET)
})

test('verdicts are remembered in a bounded table: a flood of keys neither grows it nor changes an answer', () => {
  const judge = keyJudge()
  for (let i = 0; i < 10_000; i++) judge(`key_${i}`)
  expect(judge('password')).toBe(SECRET)
  expect(judge('key_1')).toBe(SCAN)
  expect(judge(`${'x'.repeat(100_000)}.password`)).toBe(SECRET)
})

const NAMES = `
  password passwords passwd passphrase passcode pwd passwordhash secret secrets pgpassword dbpass smtppass
  userpass passwordconfirmation passworddigest passwordenc clientsecret secretkey secretaccesskey accesssecret
  accesssecretenc sharedsecret secretvalue secretstring tokenvalue tokenhash accountkey storagekey
  sharedaccesssignature token accesstoken refreshtoken idtoken bearertoken authtoken jwt bearer apikey apikeys
  xapikey accesskey accesskeyid authkey signingkey encryptionkey privatekey privatekeyenc sshprivatekey
  sshprivatekeyenc authorization proxyauthorization cookie cookies setcookie credential credentials sessionid
  sid csrf xsrf otp pin jsessionid phpsessid aspsessionid sessid xapitoken authorizationcode mfacode totp
  stripecustomerid paymentreference cardnumber creditcard cvv cvc ssn iban email emails emailaddress username
`
  .trim()
  .split(/\s+/)

test('this is the whole list of built-in names, each secret by itself and as the last words of another [G-12]', () => {
  const judge = keyJudge()
  expect(NAMES.filter((name) => judge(name) !== SECRET || judge(`the.${name}`) !== SECRET)).toEqual([])
  // As a part of a word it says nothing.
  expect(NAMES.filter((name) => judge(`${name}x`) !== SCAN && !NAMES.includes(`${name}x`))).toEqual([])
})

test('a key falls into words at separators and humps', () => {
  expect(
    ['sshPrivateKey_enc', 'HTTPToken', '__a--B..c ', 'aBC1dE', 'ABCd', 'XApiKey', 'x1Y2', '', '..', 'ﬁlePin'].map(
      wordsOf,
    ),
  ).toEqual([
    ['ssh', 'private', 'key', 'enc'],
    ['http', 'token'],
    ['a', 'b', 'c'],
    ['a', 'bc1d', 'e'],
    ['ab', 'cd'],
    ['x', 'api', 'key'],
    ['x1', 'y2'],
    [],
    [],
    ['file', 'pin'],
  ])
})

test('the last one to four words count, and of a long key its end [G-13]', () => {
  const judge = keyJudge(['a b c d', 'p q r s t'], ['Fine Pin 2'])
  expect(['a.b.c.d', 'x.a.b.c.d', 'abcd', 'p.q.r.s.t', 'pqrst', 'b.c.d', 'a.b.c.d.e'].map(judge)).toEqual([
    ...[SECRET, SECRET, SECRET, SCAN, SECRET, SCAN, SCAN],
  ])
  expect(
    [`${'x'.repeat(250)}.password`, `password.${'x'.repeat(300)}`, `${'x'.repeat(248)}.api.key`].map(judge),
  ).toEqual([...[SECRET, SCAN, SECRET]])
  expect(['api_key2', 'api_key_2', 'api2_key', 'key2', '2', 'fine_pin2', 'fine.pin_2', 'fine_pin'].map(judge)).toEqual([
    ...[SECRET, SECRET, SCAN, SCAN, SCAN, SCAN, SCAN, SECRET],
  ])
})

test('fixed words, URLs and the rest are told apart, and a key that is allowed keeps what else it is', () => {
  const judge = keyJudge([], ['url.full', 'location'], (key) => key.includes('!'))
  expect(['http.request.method', 'process.pid', 'url.full', 'location', 'a!', 'pin!', 'a'].map(judge)).toEqual([
    ...[CLEAN, CLEAN, URL_VALUE, URL_VALUE, TAINTED, SECRET, SCAN],
  ])
})

test('a copy has the same letters, whatever they are', () => {
  expect(['', 'a', '\u{1F600}', '\ud800', 'ä\0'].map(detached)).toEqual(['', 'a', '\u{1F600}', '\ud800', 'ä\0'])
})

test('an answer is given again without a second look, up to a length of the key and a number of keys', () => {
  const asked: string[] = []
  const judge = keyJudge([], [], (key) => asked.push(key) < 0)
  const looks = (...keys: string[]) => {
    asked.length = 0
    for (const key of keys) judge(key)
    return asked.length
  }
  expect([
    looks('a', 'a', 'a'),
    looks('x'.repeat(128), 'x'.repeat(128)),
    looks('x'.repeat(129), 'x'.repeat(129)),
  ]).toEqual([...[1, 1, 2]])
  // Two are kept: with these the table is full, and one more begins it anew.
  const others = Array.from({ length: 4094 }, (_, i) => `k${i}`)
  expect([looks(...others), looks(...others, 'a'), looks('one more'), looks('one more'), looks('a')]).toEqual([
    ...[4094, 0, 1, 0, 1],
  ])
})

test('of a key that is too long its end decides, also where that cuts a word; a number behind four words counts nothing', () => {
  const judge = keyJudge(['a b c d'])
  expect(
    [
      `z${'password'}${'1'.repeat(248)}`,
      `z${'password'}${'1'.repeat(247)}`,
      'a.b.c.d.1',
      'x.a.b.c.d1',
      'my.api.key2',
    ].map(judge),
  ).toEqual([...[SECRET, SCAN, SECRET, SECRET, SECRET]])
  expect(keyJudge()('')).toBe(SCAN)
})
