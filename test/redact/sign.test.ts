import { expect, test } from 'vitest'
import { isPlain, isSuspicious } from '../../src/redact/sign.ts'
import { judgeKey } from '../../src/redact.ts'

const slash = '\\'

/** By what they are a sign of: texts that a detector may find something in, and such that only resemble them. */
const SIGNS: Record<string, [signs: string[], none: string[]]> = {
  'credentials behind their scheme': [
    ['I bearer a', 'bearer a', 'I BASIC a', 'basic a', 'I Basic\ta', 'I bearer\u2009a'],
    [
      'I xearer a',
      'I bxarer a',
      'I bearex a',
      'I xasic a',
      'I bxsic a',
      'I basix a',
      'bexxxr a',
      'baxxc a',
      'I bearer',
    ],
  ],
  'many digits': [
    ['I 1234567890123', '1234567890123', 'I 123456 7890123', 'I 123456-7890123', 'I 123456\u00a07890123'],
    [
      'I 123456789012',
      '123456789012',
      'I 123456x7890123',
      'I 123456.7890123',
      'I 123456\u00e47890123',
      'I 12345\u20167890123',
    ],
  ],
  'a flag of a command line, or a block of PEM': [
    ['--pin 1', 'I --x', '-----BEGIN X-----'],
    ['I --1', 'I -- x', 'I ---', 'I -x', '-----1'],
  ],
  'keys with a dash': [
    [
      ...['I sk-abc', 'I glpat-abc', 'I pypi-abc', 'I GOCSPX-abc', 'I xoxb-abc', 'I xapp-abc'],
      ...['sk', 'glpat', 'pypi', 'GOCSPX', 'xoxb', 'xapp'].map((key) => `${key}-abcdefghijkl`),
    ],
    [
      ...[
        'I xk-abc',
        'I slk-abc',
        'I glpbt-abc',
        'I xlpat-abc',
        'I pyqi-abc',
        'I xypi-abc',
        'I GOCSQX-abc',
        'I XOCSPX-abc',
      ],
      ...['I xoab-abc', 'I aoxb-abc', 'I xabp-abc', 'I aapp-abc', 'I xo-', 'I at-a', 'I ai-a', 'I aX-a', '-xoxbI'],
    ],
  ],
  'keys with a dot': [
    ['I SG.a', 'I ya29.a', 'I hvs.a', 'I hvb.a'],
    [
      'I AG.a',
      'I SX.a',
      'I xa29.a',
      'I yx29.a',
      'I ya19.a',
      'I hvx.a',
      'I xvs.a',
      'I hxs.a',
      'I xvb.a',
      'I hxb.a',
      'I a.b',
    ],
  ],
  'keys with an underscore': [
    [
      ...[
        'I ghp_a',
        'I gho_a',
        'hf_abcdefghijkl',
        'I github_pat_a',
        'I dckr_pat_',
        'I sk_live_a',
        'I rk_test_a',
        'I npm_a',
      ],
      ...['I whsec_a', 'I shpss_a', 'I shpca_a', 'I glsa_a', 'I dop_v1_a', 'I tt_a'],
    ],
    [
      ...[
        'I gxp_a',
        'I xhp_a',
        'I xf_a',
        'I hx_a',
        'I pax_a',
        'I xat_a',
        'I lixe_a',
        'I texxt_a',
        'I txst_a',
        'I npx_a',
      ],
      ...[
        'I whsex_a',
        'I xhsec_a',
        'I shxss_a',
        'I xhpss_a',
        'I glxa_a',
        'I xlsa_a',
        'I _v2_a',
        'I v1_a',
        'I xt_a',
        'I tx_a',
      ],
      ...['I att_a', 'I _tt_a', 'I a_test', 'I a_live', 'I a_npm', 'I a_shpss', 'I a_b'],
    ],
  ],
  'tokens and keys in capitals': [
    ['I eyJa', 'AKIAIOSF', 'ASIAIOSF', 'AIzaSyA1'],
    ['exJa', 'ayJa', 'eyja', 'I', 'J', 'AXIA', 'AKIX', 'ASIX', 'AIxa', 'XIza', 'KIz', 'SIz', 'AIA'],
  ],
  'an address of the web': [
    ['http://a', 'x://', '//a@b'],
    ['http:/a', 'http:a//b', 'a@b', '/a@b/', 'a//b'],
  ],
  'an encoded pair': [
    ['a%3Db', 'a%3db', 'a%3Ab', 'a%3ab', 'user%5Bpin%5D=1', 'user%5Bx%5D=1'],
    ['a%3Bb', 'a%4Db', 'a%2Ab', 'a%20b', 'a%', 'a%3'],
  ],
  'the end of a tag with something behind it': [
    ['<b>x', '<b1>x', '<b a="1">x', "<b a='1'>x"],
    ['<b><i>', '<b>', 'a -> x', 'a => (x', '<b a=[1]>x', '<b a={1}>x', '<br/>x', 'x > 1'],
  ],
  'the key of a secret': [
    [
      ...[
        'pin=1',
        'pin:1',
        'a.pin=1',
        '$pin=1',
        '-pin=1',
        '_pin=1',
        'my_pin2=1',
        'pin    =1',
        'pin\t=1',
        'pin]=1',
        'pin)=1',
      ],
      ...[
        '"pin"=1',
        "'pin'=1",
        '"pin"]=1',
        `${slash}"pin${slash}"=1`,
        `pin${slash.repeat(7)}"=1`,
        'x, pin=1',
        'a=1 pin=1',
      ],
      ...[`${'x'.repeat(300)}.pin=1`, `${'x'.repeat(252)}.pin=1`, `${'x'.repeat(253)}.pin=1`],
    ],
    [
      ...[
        'pan=1',
        'pan: 1',
        '"pan"=1',
        '1234=5',
        '=1',
        ' = ',
        'pin x=1',
        'pin     =1',
        `pin${slash.repeat(8)}"=1`,
        'pin"]x=1',
      ],
      ...[`pin.${'x'.repeat(300)}=1`, 'pin}=1', 'pin/=1', 'pin,=1', 'pin\u00e4=1', 'pin"x"=1', 'pin"', 'pin'],
    ],
  ],
}

test.each(Object.entries(SIGNS))(
  '%s: a sign is seen, what only resembles one costs no closer look [G-13]',
  (_, [signs, none]) => {
    const seen = (text: string) => isSuspicious(text, false, judgeKey)
    expect(signs.filter((text) => !seen(text))).toEqual([])
    expect(none.filter(seen)).toEqual([])
    // Who is told to be plain without a look at its keys is never one that has a sign.
    expect(signs.filter(isPlain)).toEqual([])
  },
)

test('an @ is a sign only for whom addresses of people are secret', () => {
  expect(['a@b', 'a b'].map((text) => isSuspicious(text, true, judgeKey))).toEqual([true, false])
})

test('words, numbers and blanks are plain; whatever may begin a sign is not', () => {
  const plain = [
    '',
    'GET',
    'a b c',
    'order 12 of 34',
    '123456789012',
    'a-b',
    'a_b.c',
    '2026-11-21 10.12',
    '9fbf9f0c-a895-42ad-88eb-d8586643c1e8',
    '/blog/how-to-write-good-code',
    'x'.repeat(100),
  ]
  expect(plain.filter((text) => !isPlain(text))).toEqual([])
  const not = [
    'a=b',
    'a:b',
    '1234567890123',
    'xxxxxxxxxxxxx 1234567890123',
    'Basic x',
    'beard',
    'a.bcdefghijkl',
    'J',
    '--',
  ]
  expect(not.filter(isPlain)).toEqual([])
})
