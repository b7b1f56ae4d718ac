// Values have a longest length, and what is cut off may be what tells a secret: half a URL has its password and no longer
// the @ behind it. So what is too long is redacted before it is cut, by the policy of the running instance.
import { redactText } from './redact.ts'

let redact = redactText

/** The policy that holds from here on; null: the built-in one. */
export function cutBy(policy: ((text: string) => string) | null): void {
  redact = policy ?? redactText
}

/** What may be shown of a text by the policy that holds now. */
export function shownText(text: string): string {
  return redact(text)
}

/** At most `limit` characters, never half of a surrogate pair. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text
  const seen = redact(text)
  if (seen.length <= limit) return seen
  const last = seen.charCodeAt(limit - 1)
  return seen.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit)
}
