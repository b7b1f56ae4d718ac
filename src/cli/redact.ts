// `telltale redact FILE`: what a policy makes of a file, before it meets real traffic. It promises to print no secret that
// the policy finds, neither in the output nor in what it says about it, and to hold no more than one line of a large file;
// it refuses to guess at lines that are longer than anybody writes.
import { createReadStream, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { Command } from 'commander'
import { Fault } from '../base/fault.ts'
import { loadConfig } from '../config/load.ts'
import type { Finding } from '../redact/key.ts'
import { redactorOf } from '../redact/policy.ts'
import type { Redactor } from '../redact/redact.ts'
import type { Io } from './io.ts'
import { printWarnings } from './report.ts'

interface Flags {
  readonly config?: string
  readonly explain?: boolean
  readonly check?: boolean
  readonly json?: boolean
}

/** A JSON document of so many bytes is read whole, so that it keeps its shape; a larger one line by line. */
const WHOLE = 8 * 1024 * 1024
/** Characters of one line; what is longer is no line of a log. */
const LONGEST_LINE = 8 * 1024 * 1024
/** Keys and detectors that are counted apart. */
const MOST_COUNTED = 1000

export function redactCommand(io: Io): Command {
  return new Command('redact')
    .description('Try the redaction policy on a file: JSON, lines of JSON, or text. Prints what is left of it.')
    .argument('<file>', 'the file; - reads standard input')
    .option('--config <file>', 'the policy; default: TELLTALE_CONFIG, else telltale.yaml here')
    .option('--explain', 'say for each line what was replaced in it, by detector and key')
    .option('--check', 'end with 1 where something was replaced')
    .option('--json', 'print what was replaced, as JSON, instead of the output')
    .addHelpText(
      'after',
      '\nExit codes: 0 done; 1 with --check, something was replaced; 2 a file cannot be read or used.',
    )
    .action(async (file: string, flags: Flags) => {
      const { config: named } = flags
      const loaded = loadConfig({
        ...(named !== undefined && { file: named }),
        cwd: io.cwd,
        ...(io.env && { env: io.env }),
      })
      if (!flags.json) printWarnings(io, loaded.warnings)
      const tally = new Tally(redactorOf(loaded.config.redact).text)
      const { redact } = loaded.config
      const redactor = redactorOf(redact, { onFound: (found) => tally.add(found), maxNodes: Number.POSITIVE_INFINITY })
      const trial = new Trial(io, redactor, tally, flags)
      await trial.read(file)
      trial.report(file)
      if (flags.check && tally.total > 0) io.code = 1
    })
}

/** What was replaced: keys and detectors, how often. */
class Tally {
  total = 0
  readonly keys = new Map<string, number>()
  readonly detectors = new Map<string, number>()
  readonly #clean: (text: string) => string
  #line: string[] = []

  /** `clean`: a key is a name, but a file may hold anything in place of one. */
  constructor(clean: (text: string) => string) {
    this.#clean = clean
  }

  add({ by, key }: Finding): void {
    this.total++
    const name = key === undefined ? undefined : JSON.stringify(this.#clean(key).slice(0, 80))
    if (name === undefined) count(this.detectors, by)
    else count(this.keys, name)
    this.#line.push(name === undefined ? by : `${by} ${name}`)
  }

  /** What was replaced since the last call. */
  taken(): string[] {
    const line = this.#line
    this.#line = []
    return line
  }
}

class Trial {
  readonly #io: Io
  readonly #redactor: Redactor
  readonly #tally: Tally
  readonly #flags: Flags
  readonly #lines: { line: number; replaced: string[] }[] = []
  #read = 0
  #changed = 0

  constructor(io: Io, redactor: Redactor, tally: Tally, flags: Flags) {
    this.#io = io
    this.#redactor = redactor
    this.#tally = tally
    this.#flags = flags
  }

  async read(file: string): Promise<void> {
    const path = resolve(this.#io.cwd, file)
    try {
      if (file === '-') await this.#stream(this.#io.input?.() ?? [], false)
      else {
        const { size } = statSync(path)
        await this.#stream(createReadStream(path), size <= WHOLE)
      }
    } catch (error) {
      if (error instanceof Fault) throw error
      const { code = 'unknown error' } = error as NodeJS.ErrnoException
      throw new Fault('FILE_UNREADABLE', { subject: file, found: code }, { cause: error })
    }
  }

  /** `whole`: the input is small enough to be one JSON document. */
  async #stream(input: AsyncIterable<Uint8Array | string> | readonly string[], whole: boolean): Promise<void> {
    const decoder = new StringDecoder('utf8')
    const { drained } = this.#io
    let rest = ''
    for await (const chunk of input) {
      rest += typeof chunk === 'string' ? chunk : decoder.write(chunk as Buffer)
      if (whole) continue
      rest = this.#split(rest)
      // Whoever reads what is printed may be slower than the file, or have read enough.
      if ((await drained?.()) === false) return
      if (rest.length > LONGEST_LINE)
        throw new Fault('FILE_UNREADABLE', { subject: `line ${this.#read + 1}`, found: 'a line of more than 8 MiB' })
    }
    rest += decoder.end()
    if (whole && this.#document(rest)) return
    rest = this.#split(rest)
    if (rest !== '') this.#line(rest, '')
  }

  /** Whole lines of `text`; returns what is left behind the last of them. */
  #split(text: string): string {
    let from = 0
    for (let to = text.indexOf('\n'); to >= 0; to = text.indexOf('\n', from)) {
      this.#line(text.slice(from, to), '\n')
      from = to + 1
    }
    return text.slice(from)
  }

  /** Whether `text` is one JSON document of several lines. */
  #document(text: string): boolean {
    if (!/^\s*[[{]/.test(text) || !text.trimEnd().includes('\n')) return false
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      return false
    }
    this.#read = 1
    this.#print(`${JSON.stringify(this.#redactor.value(value), null, 2)}\n`)
    return true
  }

  #line(line: string, end: string): void {
    this.#read++
    const carriage = line.endsWith('\r') ? '\r' : ''
    const text = carriage === '' ? line : line.slice(0, -1)
    this.#print(`${this.#redacted(text)}${carriage}${end}`)
  }

  /** A line of JSON keeps its shape; of what is left as it was, every character is. */
  #redacted(text: string): string {
    if (/^\s*[[{]/.test(text)) {
      try {
        const value: unknown = JSON.parse(text)
        const seen = JSON.stringify(this.#redactor.value(value))
        return seen === JSON.stringify(value) ? text : seen
      } catch {}
    }
    return this.#redactor.text(text)
  }

  #print(text: string): void {
    const replaced = this.#tally.taken()
    if (replaced.length > 0) this.#changed++
    if (this.#flags.json) {
      if (this.#flags.explain && replaced.length > 0) this.#lines.push({ line: this.#read, replaced })
      return
    }
    this.#io.out(text)
    if (this.#flags.explain && replaced.length > 0) this.#io.err(`line ${this.#read}: ${replaced.join(', ')}\n`)
  }

  report(file: string): void {
    const { total, keys, detectors } = this.#tally
    if (this.#flags.json) {
      const result = {
        ok: true,
        file,
        lines: this.#read,
        changed: this.#changed,
        replaced: total,
        keys: Object.fromEntries(sorted(keys).map(([name, times]) => [JSON.parse(name) as string, times])),
        detectors: Object.fromEntries(sorted(detectors)),
        ...(this.#flags.explain && { explain: this.#lines }),
      }
      this.#io.out(`${JSON.stringify(result, null, 2)}\n`)
      return
    }
    this.#io.err(`${total} replaced in ${this.#changed} of ${this.#read} lines\n`)
    for (const [name, times] of sorted(keys)) this.#io.err(`  key ${name}: ${times}\n`)
    for (const [name, times] of sorted(detectors)) this.#io.err(`  ${name}: ${times}\n`)
  }
}

function count(counts: Map<string, number>, name: string): void {
  const known = counts.get(name)
  if (known === undefined && counts.size >= MOST_COUNTED) count(counts, '"…"')
  else counts.set(name, (known ?? 0) + 1)
}

function sorted(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
}
