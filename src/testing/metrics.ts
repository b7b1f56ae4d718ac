// What the metrics of a registry say, read as a scraper and as an OTLP collector read it: through the writers that run in
// production. A number that the two would not tell alike is an error here, whatever the test asked for (W-02, W-06).

import type { Registry } from '../metrics/registry.ts'
import { attributesObject, Resource } from '../model/attribute.ts'
import type { Family, Series } from '../model/metric.ts'
import { decodeMetrics } from '../wire/otlp/decode.ts'
import { encodeMetrics } from '../wire/otlp/encode.ts'
import { exposed, sampleNames } from '../wire/prometheus/naming.ts'
import { renderText } from '../wire/prometheus/text.ts'

export type LabelValues = Readonly<Record<string, string | number | boolean>>

interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  readonly type: string
}

const LINE = /^([^{\s]+)(?:\{(.*)\})? (\S+)$/
const LABEL = /([^=,]+)="((?:[^"\\]|\\.)*)"/g
const UNESCAPED: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' }

export class RecordedMetrics {
  readonly #registry: Registry
  #before = new Map<string, number>()

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /** The exposition of text 0.0.4, whole. */
  get text(): string {
    return [...renderText(this.#registry.exposition(), { format: '0.0.4' })].join('')
  }

  /** What an OTLP collector decodes. */
  get families(): readonly Family[] {
    const series = this.#registry.families()
    const bytes = encodeMetrics([{ resource: new Resource([]), spans: [], series, logs: [] }])
    return decodeMetrics(bytes).flatMap((batch) => [...batch.series])
  }

  /**
   * The number of the one sample of that name (as the scrape spells it, `…_count` for a histogram) with these labels;
   * undefined when there is none. Counters and histograms count from the last reset. Throws when several samples have the
   * labels, and when scrape and OTLP differ.
   */
  value(name: string, labels: LabelValues = {}): number | undefined {
    const found = this.#samples().filter((sample) => sample.name === name && has(sample.labels, labels))
    if (found.length > 1) throw new Error(`${found.length} samples are ${shown(name, labels)}: ${list(found)}`)
    const [sample] = found
    if (sample === undefined) return undefined
    const sent = this.#sent(sample)
    if (sent !== undefined && sent !== sample.value) {
      throw new Error(`${shown(name, labels)} is ${sample.value} in the scrape and ${sent} in OTLP`)
    }
    return sample.value - this.#base(sample)
  }

  /** Throws, naming what is there, when the number is another one. */
  expect(name: string, labels: LabelValues, value: number | undefined): void {
    const is = this.value(name, labels)
    if (is === value) return
    const there = this.#samples().filter((sample) => sample.name === name)
    throw new Error(`${shown(name, labels)} is ${is ?? 'absent'}, not ${value ?? 'absent'}; there is: ${list(there)}`)
  }

  /** Counters and histograms count from here. */
  reset(): void {
    this.#before = new Map(
      this.#samples()
        .filter(({ type }) => type !== 'gauge')
        .map((sample) => [key(sample), sample.value]),
    )
  }

  #base(sample: Sample): number {
    return sample.type === 'gauge' ? 0 : (this.#before.get(key(sample)) ?? 0)
  }

  #samples(): Sample[] {
    const samples: Sample[] = []
    let type = ''
    for (const line of this.text.split('\n')) {
      if (line.startsWith('# TYPE ')) type = line.slice(line.lastIndexOf(' ') + 1)
      const match = LINE.exec(line)
      if (match === null || line.startsWith('#')) continue
      const labels: Record<string, string> = {}
      for (const [, label, value] of (match[2] ?? '').matchAll(LABEL))
        labels[label!] = value!.replace(/\\(.)/g, (_, escaped: string) => UNESCAPED[escaped] ?? escaped)
      samples.push({ name: match[1]!, labels, value: Number(match[3]), type })
    }
    return samples
  }

  /** The same number in OTLP; undefined for what is told in text alone. */
  #sent(sample: Sample): number | undefined {
    if (sample.name.endsWith('_bucket')) return undefined
    for (const family of this.#registry.families()) {
      const { base } = exposed(family, 'short')
      const names = sampleNames(base, family.type === 'updown' ? 'gauge' : (family.type as 'counter'), family.exact)
      if (!names.includes(sample.name)) continue
      const decoded = this.families.find(({ name }) => name === family.name)
      const series = decoded?.series.find((each) => sameSeries(family, each, sample.labels))
      if (series === undefined) return Number.NaN
      return family.type === 'histogram' && sample.name.endsWith('_count') ? series.count : series.value
    }
    return undefined
  }
}

function sameSeries(family: Family, series: Series, labels: Readonly<Record<string, string>>): boolean {
  const attributes = attributesObject(series.attributes)
  const names = Object.keys(attributes)
  if (names.length !== Object.keys(labels).length) return false
  return names.every((name) => {
    const short = family.labels?.find(({ semconv }) => semconv === name)?.short ?? name.replace(/[^A-Za-z0-9_]/g, '_')
    return labels[short] === String(attributes[name])
  })
}

function has(labels: Readonly<Record<string, string>>, wanted: LabelValues): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === String(value))
}

function key({ name, labels }: Sample): string {
  return JSON.stringify([name, labels])
}

function shown(name: string, labels: LabelValues): string {
  return `${name}${JSON.stringify(labels)}`
}

function list(samples: readonly Sample[]): string {
  return samples.map(({ name, labels, value }) => `${shown(name, labels)} ${value}`).join(', ') || 'none'
}
