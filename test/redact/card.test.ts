import { expect, test } from 'vitest'
import { redactText, redactValue } from '../../src/redact.ts'

/** A number that begins so, of so many digits, whose last one is what Luhn asks for. */
function numberOf(begin: string, length: number, fill = '0'): string {
  const body = begin.padEnd(length - 1, fill)
  const sum = [...body].reverse().reduce((all, char, i) => {
    const digit = Number(char) * (i % 2 === 0 ? 2 : 1)
    return all + (digit > 9 ? digit - 9 : digit)
  }, 0)
  return body + ((10 - (sum % 10)) % 10)
}

/** First digits of a network and how many its numbers have, in all that is at least as long as a card can be. */
const NETWORKS: [begin: string[], lengths: number[]][] = [
  [
    ['4', '49'],
    [13, 16, 19],
  ],
  [['51', '52', '53', '54', '55', '2221', '2222', '2500', '2719', '2720', '35'], [16]],
  [['34', '37'], [15]],
  [
    ['6011', '62', '65', '644', '645', '649'],
    [16, 17, 18, 19],
  ],
  [['36', '38', '300', '301', '305'], [14]],
  [
    [
      '50',
      '56',
      '2220',
      '2721',
      '33',
      '31',
      '6010',
      '6012',
      '61',
      '63',
      '643',
      '66',
      '299',
      '306',
      '39',
      '1',
      '0',
      '7',
    ],
    [],
  ],
]

test.each(NETWORKS)(
  'numbers that begin with %j are those of cards where they have %j digits, and no others [G-13]',
  (begins, lengths) => {
    for (const begin of begins)
      for (const fill of ['0', '7'])
        for (let length = 12; length <= 20; length++) {
          const number = numberOf(begin, length, fill)
          const hidden = lengths.includes(length)
          expect([number, redactText(`pay ${number} now`)]).toEqual([
            number,
            `pay ${hidden ? '[REDACTED]' : number} now`,
          ])
          // The last digit is what tells it from any number of the length.
          const other = number.slice(0, -1) + ((Number(number.at(-1)) + 5) % 10)
          expect(redactText(other)).toBe(other)
        }
  },
)

test('numbers of cards are found as numbers, also as those that are too large to be exact otherwise [G-13]', () => {
  const found = ['378282246310005', '30569309025904', '4222222222222', '6011111111111117', '4111111111111111']
  expect(redactValue(found.map(Number))).toEqual(found.map(() => '[REDACTED]'))
  const large = numberOf('4', 19)
  expect(redactValue([BigInt(large), Number(large), BigInt(`${large}0`)])).toEqual([
    '[REDACTED]',
    Number(large),
    BigInt(`${large}0`),
  ])
  expect(redactValue({ n: -4111111111111111, x: 4.5, y: Number.NaN, z: Number.POSITIVE_INFINITY })).toEqual({
    ...{ n: -4111111111111111, x: 4.5, y: Number.NaN, z: Number.POSITIVE_INFINITY },
  })
})

const RUN = '4222222222222'

test('the digits of a card are found wherever they stand, also with a gap at any place [G-13]', () => {
  const wide = ['\u00a0', '\u2000', '\u2009', '\u2015', '\u202f']
  for (let before = 0; before < 28; before++)
    for (const around of ['x ', '\u00e4 ', 'I ']) {
      const lead = around.repeat(before)
      expect(redactText(`${lead}${RUN}`)).toBe(`${lead}[REDACTED]`)
      expect(redactText(`${lead}${RUN} ${lead}`)).toBe(`${lead}[REDACTED] ${lead}`)
    }
  for (let before = 0; before < 14; before++)
    for (let at = 1; at < RUN.length; at++)
      for (const gap of [' ', '-', ...wide])
        for (const lead of ['x'.repeat(before), `I${'x'.repeat(before)}`]) {
          const text = `${lead} ${RUN.slice(0, at)}${gap}${RUN.slice(at)} x`
          expect([text, redactText(text)]).toEqual([text, `${lead} [REDACTED] x`])
        }
})

test('two gaps, a letter, or another sign between the digits make no card of them', () => {
  for (let at = 1; at < RUN.length; at++)
    for (const gap of [
      '  ',
      'x',
      '\u00e4',
      '/',
      ':',
      ' - ',
      '\u1fff',
      '\u2016',
      '\u202e',
      '\u2030',
      '\u00a1',
      '\u009f',
    ])
      for (const lead of ['', 'I ', 'xxxxxxx ']) {
        const text = `${lead}${RUN.slice(0, at)}${gap}${RUN.slice(at)}`
        expect([text, redactText(text)]).toEqual([text, text])
      }
})
