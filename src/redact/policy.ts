// The redactor that a configuration asks for: the same for a running service and for `telltale redact`.
import type { Config } from '../config/config.ts'
import { type RedactOptions, Redactor } from './redact.ts'

/** `more`: what no file says. */
export function redactorOf(redact: Config['redact'], more: Pick<RedactOptions, 'onFound' | 'maxNodes'> = {}): Redactor {
  return new Redactor({
    keys: redact.keys,
    allow: redact.allow,
    emails: redact.emails,
    maxDepth: redact.max_depth,
    // Judged when the file was read: none of them can be kept busy.
    patterns: redact.patterns.map(({ name, pattern }) => ({ name, pattern: new RegExp(pattern, 'gu') })),
    ...more,
  })
}
