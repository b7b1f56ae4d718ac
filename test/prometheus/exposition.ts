// A strict reader of what we write: it refuses all that the two formats forbid and this project promises not to do.

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  readonly exemplar?: {
    readonly labels: Readonly<Record<string, string>>
    readonly value: number
    readonly time: number
  }
}

export interface ParsedFamily {
  readonly name: string
  readonly type: string
  help?: string
  unit?: string
  readonly samples: Sample[]
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*/

/** Reads a whole exposition, or throws with the line that is at fault. */
export function parseExposition(text: string, format: '0.0.4' | 'openmetrics'): ParsedFamily[] {
  const open = format === 'openmetrics'
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line is not whole')
  const lines = text.split('\n').slice(0, -1)
  if (open) {
    if (lines.pop() !== '# EOF') throw new Error('no # EOF at the end')
  }
  const families: ParsedFamily[] = []
  const seen = new Set<string>()
  const sampleKeys = new Set<string>()
  const help = new Map<string, string>()
  let current: ParsedFamily | undefined
  for (const line of lines) {
    const fail = (why: string): never => {
      throw new Error(`${why}: ${line}`)
    }
    if (line.startsWith('#')) {
      const [, keyword, name = '', rest = ''] =
        /^# (HELP|TYPE|UNIT) (\S+)(?: (.*))?$/s.exec(line) ?? fail('not a comment of the format')
      if (NAME.exec(name)?.[0] !== name) fail('bad name')
      if (keyword === 'HELP') {
        if (help.has(name)) fail('second HELP')
        if (/\\(?![\\n"])/.test(rest.replace(/\\\\/g, ''))) fail('bad escape')
        help.set(name, rest)
      } else if (keyword === 'TYPE') {
        if (seen.has(name)) fail('second TYPE')
        if (!/^(counter|gauge|histogram|summary|info)$/.test(rest)) fail('bad type')
        seen.add(name)
        current = { name, type: rest, samples: [], ...(help.has(name) && { help: help.get(name)! }) }
        families.push(current)
      } else {
        if (!open) fail('UNIT in text 0.0.4')
        if (current?.name !== name || !name.endsWith(`_${rest}`)) fail('bad UNIT')
        current!.unit = rest
      }
      continue
    }
    const sample = readSample(line, open)
    const family = current ?? fail('sample before TYPE')
    if (!suffixes(family, open).some((suffix) => sample.name === family.name + suffix))
      fail(`not a sample of ${family.type} ${family.name}`)
    const key = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`
    if (sampleKeys.has(key)) fail('second sample of the same series')
    sampleKeys.add(key)
    if (sample.exemplar !== undefined && !/(_bucket|_total)$/.test(sample.name)) fail('exemplar where none may be')
    family.samples.push(sample)
  }
  for (const family of families) if (family.type === 'histogram') checkHistogram(family)
  return families
}

function suffixes(family: ParsedFamily, open: boolean): string[] {
  switch (family.type) {
    case 'histogram':
      return ['_bucket', '_sum', '_count', ...(open ? ['_created'] : [])]
    case 'summary':
      return ['', '_sum', '_count']
    case 'counter':
      return open ? ['_total', '_created'] : ['']
    case 'info':
      return ['_info']
    default:
      return ['']
  }
}

function readSample(line: string, open: boolean): Sample {
  const fail = (why: string): never => {
    throw new Error(`${why}: ${line}`)
  }
  const name = NAME.exec(line)?.[0] ?? fail('bad sample name')
  let rest = line.slice(name.length)
  let labels: Record<string, string> = {}
  if (rest.startsWith('{')) [labels, rest] = readLabels(rest, fail)
  const match = /^ (\S+)(?: # (\{.*))?$/s.exec(rest) ?? fail('bad value')
  const value = readNumber(match[1]!, fail)
  if (match[2] === undefined) return { name, labels, value }
  if (!open) fail('exemplar in text 0.0.4')
  const [exemplarLabels, tail] = readLabels(match[2], fail)
  const [, exemplarValue, time] = /^ (\S+) (\d+\.\d{3})$/.exec(tail) ?? fail('bad exemplar')
  const length = Object.entries(exemplarLabels).reduce((sum, [key, each]) => sum + key.length + each.length, 0)
  if (length > 128) fail('exemplar labels too long')
  return {
    name,
    labels,
    value,
    exemplar: { labels: exemplarLabels, value: readNumber(exemplarValue!, fail), time: Number(time) },
  }
}

function readLabels(text: string, fail: (why: string) => never): [Record<string, string>, string] {
  const labels: Record<string, string> = {}
  let at = 1
  while (text[at] !== '}') {
    const label = LABEL.exec(text.slice(at))?.[0] ?? fail('bad label name')
    if (Object.hasOwn(labels, label)) fail('label twice')
    at += label.length
    if (text.slice(at, at + 2) !== '="') fail('bad label')
    at += 2
    let value = ''
    for (; text[at] !== '"'; at++) {
      if (at >= text.length) fail('label without end')
      if (text[at] !== '\\') {
        value += text[at]
        continue
      }
      at++
      const escaped = { '\\': '\\', '"': '"', n: '\n' }[text[at] as 'n'] ?? fail('bad escape')
      value += escaped
    }
    labels[label] = value
    at++
    if (text[at] === ',') {
      at++
      if (text[at] === '}') fail('comma before the end')
    } else if (text[at] !== '}') fail('no comma')
  }
  return [labels, text.slice(at + 1)]
}

function readNumber(text: string, fail: (why: string) => never): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  if (text === '-Inf') return Number.NEGATIVE_INFINITY
  if (text === 'NaN') return Number.NaN
  if (!/^-?\d+(\.\d+)?(e[+-]\d+)?$/.test(text)) fail('bad number')
  return Number(text)
}

function checkHistogram(family: ParsedFamily): void {
  const series = new Map<string, { buckets: number[]; bounds: number[]; count?: number; sum?: number }>()
  for (const { name, labels, value } of family.samples) {
    const { le, ...own } = labels
    const key = JSON.stringify(Object.entries(own).sort())
    let held = series.get(key)
    if (held === undefined) series.set(key, (held = { buckets: [], bounds: [] }))
    if (name.endsWith('_bucket')) {
      held.buckets.push(value)
      held.bounds.push(le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le))
    } else if (name.endsWith('_count')) held.count = value
    else if (name.endsWith('_sum')) held.sum = value
  }
  for (const [key, { buckets, bounds, count, sum }] of series) {
    const ascending = (list: number[], strictly: boolean) =>
      list.every((each, i) => i === 0 || (strictly ? each > list[i - 1]! : each >= list[i - 1]!))
    if (!ascending(bounds, true) || !ascending(buckets, false) || bounds.at(-1) !== Number.POSITIVE_INFINITY)
      throw new Error(`buckets of ${family.name} ${key}`)
    if (count !== buckets.at(-1) || sum === undefined) throw new Error(`count of ${family.name} ${key}`)
  }
}

/** Samples of one name as `label=value,… → number`, for short comparisons. */
export function samplesOf(families: readonly ParsedFamily[], name: string): Record<string, number> {
  const found: Record<string, number> = {}
  for (const family of families)
    for (const sample of family.samples)
      if (sample.name === name)
        found[
          Object.entries(sample.labels)
            .map(([key, value]) => `${key}=${value}`)
            .join(',')
        ] = sample.value
  return found
}
