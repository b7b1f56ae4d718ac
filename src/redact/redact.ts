// What never leaves the process. Keys are judged once and remembered, free values by one pass; URLs keep their shape,
// objects theirs. The pipeline runs `span` and `log` on every record before any sink sees it. It promises that a
// record which cannot be sanitised is replaced by one that says so, and refuses to leave anything out silently:
// the key stays, the value becomes `[REDACTED]`.
import type { Flat, Scope, Value } from '../model/attribute.ts'
import type { LogRecord } from '../model/log.ts'
import type { SpanEvent, SpanLink, SpanRecord } from '../model/span.ts'
import { CLEAN, detached, type Finding, keyJudge, SCAN, SECRET, TAINTED, URL_VALUE, type Verdict } from './key.ts'
import { REDACTED } from './mark.ts'
import { isPlain, isSuspicious } from './sign.ts'
import { type TextRedactor, textRedactor } from './text.ts'
import { redactUrl as maskUrl } from './url.ts'
import { plainNumber, type ValueOptions, Walk } from './value.ts'

export interface RedactOptions {
  /** Further names of secrets, in any spelling; a key matches whole or by its last words. */
  keys?: readonly string[]
  /** Whole keys that are left alone although they look like a secret's; their values are still scanned. */
  allow?: readonly string[]
  /** Also replaces e-mail addresses inside free text. Keys such as `email` are secret without it. */
  emails?: boolean
  /** Further secrets inside free text; each with the flag `g`. */
  patterns?: readonly OwnPattern[]
  /** Told of everything that is replaced: by which detector, and under which key where a key condemned it. */
  onFound?: (found: Finding) => void
  /** Characters of one text that are kept, 65 536. */
  maxText?: number
  /** Levels of nesting that are kept, 12. */
  maxDepth?: number
  /** Values of one tree that are kept, 10 000. */
  maxNodes?: number
}

export interface OwnPattern {
  readonly name: string
  readonly pattern: RegExp
}

/** Longer values of keys that mostly have words of a fixed vocabulary are looked at. */
const WORD = 8

/** Places that are remembered, less one. */
const PLACES = 255
const KEPT_KEY = 64
/** V8 cuts so short a text out of no longer one, which it would keep. */
const KEPT_VALUE = 12

/** Names that are remembered, less one; one of eight that were looked at is. */
const NAMES = 63
const SELDOM = 7
/** Smaller numbers are none. */
const SHORTEST_CARD = 3e11

const FAILED: readonly Value[] = ['telltale.redaction', 'failed']

export class Redactor {
  readonly judge: (key: string) => Verdict
  readonly text: (text: string) => string
  readonly url: (url: string) => string
  /** Of a text that is known not to be plain. */
  readonly #doubtful: (text: string) => string
  readonly #walk: ValueOptions
  /** By place in the list of attributes: the key that stood there, its verdict, a short value in which nothing was found. */
  readonly #keys: string[] = new Array<string>(PLACES + 1).fill('')
  readonly #verdicts = new Uint8Array(PLACES + 1)
  readonly #clean: string[] = new Array<string>(PLACES + 1).fill('')
  /** By length: a name in which nothing was found. */
  readonly #names: string[] = new Array<string>(NAMES + 1).fill('')
  #looks = 0
  /** Longest text that is left alone when it is plain; with patterns of one's own none is. */
  readonly #plain: number
  readonly #scopes = new WeakSet<Scope>()
  readonly #found: ((found: Finding) => void) | null

  constructor(options: RedactOptions = {}) {
    const { patterns = [], onFound = null } = options
    const emails = options.emails ?? false
    const maxText = Math.max(64, options.maxText ?? 65_536)
    const judge = keyJudge(options.keys, options.allow, (key) => text(key) !== key)
    const { text, doubtful }: TextRedactor = textRedactor({ judge, emails, maxText, patterns, onFound })
    const suspicious = (value: string) => patterns.length > 0 || isSuspicious(value, emails, judge)
    const scan = (value: string) => (suspicious(value) ? text(value).replaceAll(REDACTED, 'REDACTED') : value)
    this.#plain = patterns.length > 0 ? -1 : maxText
    this.judge = judge
    this.text = text
    this.#doubtful = doubtful
    this.url = (url) => {
      const masked = maskUrl(url, judge, scan, onFound)
      return masked.length > maxText ? text(masked) : masked
    }
    this.#found = onFound
    this.#walk = {
      judge,
      text,
      url: this.url,
      maxDepth: options.maxDepth ?? 12,
      maxNodes: options.maxNodes ?? 10_000,
      onFound,
    }
  }

  /** Any JavaScript value as plain data without secrets; the given value is never changed. Never throws. */
  readonly value = (value: unknown): Value => new Walk(this.#walk).value(value, SCAN)

  /** The value of one attribute. */
  readonly entry = (key: string, value: Value): Value => this.#judged(key, value, this.judge(key))

  #judged(key: string, value: Value, verdict: Verdict): Value {
    switch (typeof value) {
      case 'string':
        if (verdict === SCAN || verdict === TAINTED) return this.text(value)
        if (verdict === CLEAN) return value.length > WORD ? this.text(value) : value
        if (verdict === URL_VALUE) return this.url(value)
        return value === '' || value === REDACTED ? value : this.#secret(key)
      case 'number':
      case 'bigint':
        return verdict === SECRET ? this.#secret(key) : plainNumber(value, this.#found)
      case 'boolean':
        return verdict === SECRET ? this.#secret(key) : value
      default:
        return new Walk(this.#walk).value(value, verdict, key)
    }
  }

  #secret(key: string): string {
    this.#found?.({ by: 'key', key })
    return REDACTED
  }

  /** The value of one metric label. */
  readonly label = (key: string, value: string): string => this.entry(key, value) as string

  /** Attributes in place. A key that holds a secret itself loses it too. */
  readonly flat = (flat: Flat): void => {
    const { length } = flat
    const keys = this.#keys
    const verdicts = this.#verdicts
    const clean = this.#clean
    const plain = this.#plain
    for (let i = 0; i + 1 < length; i += 2) {
      const key = flat[i] as string
      const value = flat[i + 1] as Value
      // Spans of one kind have one key at one place: mostly it is the one that stood there before.
      const place = (i + length) & PLACES
      let verdict: Verdict
      if (keys[place] === key) {
        verdict = verdicts[place] as Verdict
        if (typeof value === 'string') {
          // Texts are compared only where they can be equal.
          if (verdict !== SECRET && value.length <= KEPT_VALUE && clean[place] === value) continue
        } else if (
          verdict !== SECRET &&
          (typeof value === 'number' ? value < SHORTEST_CARD : typeof value === 'boolean')
        )
          continue
      } else {
        verdict = this.judge(key)
        // What is tainted has to be looked at each time.
        if (key.length <= KEPT_KEY && verdict !== TAINTED) {
          keys[place] = key
          verdicts[place] = verdict
          clean[place] = ''
        }
      }
      if (typeof value === 'string' && (verdict === SCAN || verdict === CLEAN)) {
        const seen = value.length <= plain && isPlain(value) ? value : this.#doubtful(value)
        if (seen !== value) flat[i + 1] = seen
        else if (value.length <= KEPT_VALUE && keys[place] === key) clean[place] = value
        continue
      }
      if (verdict === SECRET || verdict === TAINTED) {
        const shown = this.text(key)
        if (shown !== key) flat[i] = shown
      }
      const seen = this.#judged(key, value, verdict)
      if (seen !== value) flat[i + 1] = seen
    }
  }

  /** A span in place: attributes, templates (once each), events, links, name and status message. Never throws. */
  readonly span = (span: SpanRecord): void => {
    try {
      this.#name(span)
      if (span.attributes !== null) this.flat(span.attributes)
      if (span.scope.attributes !== null) this.#scope(span.scope)
      const { template, peer, rare } = span
      if (template !== null && !template.judged) {
        this.flat(template.attributes)
        template.judged = true
      }
      if (peer !== null && !peer.judged) {
        this.flat(peer.attributes)
        peer.judged = true
      }
      if (rare !== null) {
        if (rare.statusMessage !== null) rare.statusMessage = this.text(rare.statusMessage)
        if (rare.traceState !== null) rare.traceState = this.#state(rare.traceState)
        if (rare.events !== null) rare.events = rare.events.map(this.#event)
        if (rare.links !== null) rare.links = rare.links.map(this.#link)
      }
    } catch {
      span.name = REDACTED
      span.attributes = [...FAILED]
      span.template = null
      span.peer = null
      span.rare = null
    }
  }

  /** A log record in place: body and attributes. Never throws. */
  readonly log = (record: LogRecord): void => {
    try {
      const { body } = record
      if (typeof body !== 'string') record.body = new Walk(this.#walk).value(body, SCAN)
      else if (body.length > this.#plain || !isPlain(body)) record.body = this.#doubtful(body)
      if (record.attributes !== null) this.flat(record.attributes)
      if (record.eventName !== '') record.eventName = this.text(record.eventName)
      if (record.severityText.length > WORD) record.severityText = this.text(record.severityText)
      if (record.scope.attributes !== null) this.#scope(record.scope)
    } catch {
      record.body = REDACTED
      record.attributes = [...FAILED]
      record.eventName = ''
      record.severityText = ''
    }
  }

  /** Names of spans are few, and few spans have others than the one before. */
  #name(span: SpanRecord): void {
    const { name } = span
    const place = name.length & NAMES
    if (this.#names[place] === name) return
    const seen = this.text(name)
    if (seen !== name) span.name = seen
    else if (name.length <= KEPT_KEY && (++this.#looks & SELDOM) === 0) this.#names[place] = detached(name)
  }

  /** Once each, before it is encoded for the first time. */
  #scope(scope: Scope): void {
    if (this.#scopes.has(scope)) return
    this.flat(scope.attributes!)
    this.#scopes.add(scope)
  }

  readonly #event = (event: SpanEvent): SpanEvent => {
    if (event.attributes !== null) this.flat(event.attributes)
    const name = this.text(event.name)
    return name === event.name ? event : { ...event, name }
  }

  readonly #link = (link: SpanLink): SpanLink => {
    if (link.attributes !== null) this.flat(link.attributes)
    if (link.traceState === null) return link
    const traceState = this.#state(link.traceState)
    return traceState === link.traceState ? link : { ...link, traceState }
  }

  /** A trace state comes from whoever called. Its grammar has no room for brackets: one with a secret is left out. */
  #state(traceState: string): string | null {
    return traceState.split(',').every((member) => this.text(behindKey(member)) === behindKey(member))
      ? traceState
      : null
  }
}

/** Behind the key of a member; `key=value` as such would be taken for a pair. */
function behindKey(member: string): string {
  return member.slice(member.indexOf('=') + 1)
}

const standard = new Redactor()

/** What the key says about its value, by the built-in names. */
export const judgeKey = standard.judge
/** The text without tokens, keys, card numbers and passwords; the same string when nothing was found. */
export const redactText = standard.text
/** The URL with `REDACTED` for its credentials and secret parameters. */
export const redactUrl = standard.url
/** Plain data of the same shape without secrets; the given value is not changed. */
export const redactValue = standard.value
/** The value of a metric label. */
export const redactLabel = standard.label
/** A finished span in place. */
export const redactSpan = standard.span
/** A log record in place. */
export const redactLog = standard.log
