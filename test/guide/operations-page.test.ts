import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../house/source.ts'
import { linksOf } from './document.ts'

const GUIDE = 'docs/guide/operations-page.md'
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8')

test('its links lead somewhere', () => {
  const missing = linksOf(GUIDE).filter((link) => !existsSync(join(ROOT, dirname(GUIDE), link.split('#')[0]!)))
  expect(missing).toEqual([])
})

test('every card that the page has stands in the guide, by its title', () => {
  const titles = Array.from(
    textOf('ui/src/operations/cards.ts').matchAll(/title: '([^']+)', tier/g),
    ([, title]) => title!,
  )
  expect(titles.length).toBeGreaterThan(15)
  const guide = textOf(GUIDE).toLowerCase()
  expect(titles.filter((title) => !guide.includes(title.toLowerCase()))).toEqual([])
})
