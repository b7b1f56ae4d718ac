// What never leaves the process. Keys are judged once and remembered, free values by one pass; URLs keep their shape,
// objects theirs. The pipeline runs `span` and `log` on every record before any sink sees it. It promises that a
// record which cannot be sanitised is replaced by one that says so, and refuses to leave anything out silently:
// the key stays, the value becomes `[REDACTED]`.
import type { Flat, Value } from '../model/attribute.ts'
import type { LogRecord } from '../model/log.ts'
import type { SpanEvent, SpanLink, SpanRecord } from '../model/span.ts'
import { CLEAN, keyJudge, SCAN, SECRET, URL_VALUE, type Verdict } from './key.ts'
import { isSuspicious, REDACTED, textRedactor } from './text.ts'
import { redactUrl as maskUrl } from './url.ts'
import { type ValueOptions, Walk } from './value.ts'

export interface RedactOptions {
  /** Further names of secrets, in any spelling; a key matches whole or by its last words. */
  keys?: readonly string[]
  /** Whole keys that are left alone although they look like a secret's; their values are still scanned. */
  allow?: readonly string[]
  /** Also replaces e-mail addresses inside free text. Keys such as `email` are secret without it. */
  emails?: boolean
  /** Characters of one text that are kept, 65 536. */
  maxText?: number
  /** Levels of nesting that are kept, 12. */
  maxDepth?: number
  /** Values of one tree that are kept, 10 000. */
  maxNodes?: number
}

const FAILED: readonly Value[] = ['telltale.redaction', 'failed']

export class Redactor {
  readonly judge: (key: string) => Verdict
  readonly text: (text: string) => string
  readonly url: (url: string) => string
  readonly #walk: ValueOptions

  constructor(options: RedactOptions = {}) {
    const emails = options.emails ?? false
    const maxText = Math.max(64, options.maxText ?? 65_536)
    const judge = keyJudge(options.keys, options.allow)
    const text = textRedactor({ judge, emails, maxText })
    const scan = (value: string) => (isSuspicious(value, emails) ? text(value).replaceAll(REDACTED, 'REDACTED') : value)
    this.judge = judge
    this.text = text
    this.url = (url) => {
      const masked = maskUrl(url, judge, scan)
      return masked.length > maxText ? text(masked) : masked
    }
    this.#walk = {
      judge,
      text,
      url: this.url,
      maxDepth: options.maxDepth ?? 12,
      maxNodes: options.maxNodes ?? 10_000,
    }
  }

  /** Any JavaScript value as plain data without secrets; the given value is never changed. */
  readonly value = (value: unknown): Value => new Walk(this.#walk).value(value, SCAN)

  /** The value of one attribute. */
  readonly entry = (key: string, value: Value): Value => {
    const verdict = this.judge(key)
    if (verdict === CLEAN) return value
    if (typeof value !== 'string') {
      if (typeof value === 'boolean' && verdict !== SECRET) return value
      return new Walk(this.#walk).value(value, verdict)
    }
    if (verdict === SCAN) return this.text(value)
    if (verdict === URL_VALUE) return this.url(value)
    return value === '' ? value : REDACTED
  }

  /** The value of one metric label. */
  readonly label = (key: string, value: string): string => this.entry(key, value) as string

  /** Attributes in place. */
  readonly flat = (flat: Flat): void => {
    for (let i = 0; i + 1 < flat.length; i += 2) {
      const value = flat[i + 1] as Value
      const seen = this.entry(flat[i] as string, value)
      if (seen !== value) flat[i + 1] = seen
    }
  }

  /** A span in place: attributes, templates (once each), events, links, name and status message. Never throws. */
  readonly span = (span: SpanRecord): void => {
    try {
      span.name = this.text(span.name)
      if (span.attributes !== null) this.flat(span.attributes)
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
        if (rare.events !== null) rare.events = rare.events.map(this.#event)
        if (rare.links !== null) for (const link of rare.links) this.#link(link)
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
      record.body = typeof body === 'string' ? this.text(body) : new Walk(this.#walk).value(body, SCAN)
      if (record.attributes !== null) this.flat(record.attributes)
      if (record.eventName !== '') record.eventName = this.text(record.eventName)
    } catch {
      record.body = REDACTED
      record.attributes = [...FAILED]
      record.eventName = ''
    }
  }

  readonly #event = (event: SpanEvent): SpanEvent => {
    if (event.attributes !== null) this.flat(event.attributes)
    const name = this.text(event.name)
    return name === event.name ? event : { ...event, name }
  }

  #link(link: SpanLink): void {
    if (link.attributes !== null) this.flat(link.attributes)
  }
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
/** A finished span in place. */
export const redactSpan = standard.span
/** A log record in place. */
export const redactLog = standard.log
