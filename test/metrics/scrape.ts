import type { Registry } from '../../src/metrics/registry.ts'
import { renderText, type TextOptions } from '../../src/wire/prometheus/text.ts'
import { parseExposition, samplesOf } from '../prometheus/exposition.ts'

/** The whole text that a scraper gets. */
export function scrape(registry: Registry, options: Partial<TextOptions> = {}): string {
  const naming = options.naming ?? 'short'
  return [...renderText(registry.exposition({ naming }), { format: '0.0.4', ...options })].join('')
}

/** The samples of one name as the strict reader sees them, in both formats alike. */
export function samples(registry: Registry, name: string, options: Partial<TextOptions> = {}): Record<string, number> {
  const families = registry.exposition({ naming: options.naming ?? 'short' })
  const read = (format: '0.0.4' | 'openmetrics') =>
    samplesOf(parseExposition([...renderText(families, { ...options, format })].join(''), format), name)
  const plain = read('0.0.4')
  const open = read('openmetrics')
  const bare = (found: Record<string, number>) =>
    Object.entries(found).map(([key, value]) => [key.replace(/le=(\d+)\.0\b/, 'le=$1'), value])
  if (JSON.stringify(bare(plain)) !== JSON.stringify(bare(open)))
    throw new Error(`the formats differ: ${JSON.stringify([plain, open])}`)
  return plain
}
