// Which status really went out, and its words.
import { STATUS_CODES } from 'node:http'

/**
 * The status of a ServerResponse: from the header text once it is written, since the first explicit status wins and
 * `statusCode` can be changed afterwards (W-26). `HTTP/1.1 404 …`: the digits stand at 9 to 11.
 */
export function sentStatus(response: { statusCode: number; _header?: unknown }): number {
  const header = response._header
  if (typeof header === 'string' && header.length > 12) {
    const status = (header.charCodeAt(9) - 48) * 100 + (header.charCodeAt(10) - 48) * 10 + header.charCodeAt(11) - 48
    if (status >= 100 && status <= 999) return status
  }
  return response.statusCode
}

export function statusText(status: number): string {
  return STATUS_CODES[status] ?? String(status)
}

/** A bounded word for `error.type`: an error's code, else its class; never its message. Never throws, whatever was thrown. */
export function errorType(error: unknown): string {
  try {
    const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
    if (typeof code === 'string' && WORD.test(code)) return code
    // A class that gave itself no name is called by the one that it has.
    const word = name === 'Error' ? ((error as object).constructor?.name ?? name) : name
    if (typeof word === 'string' && WORD.test(word)) return word
    if (name === 'Error') return name
  } catch {}
  return '_OTHER'
}

const WORD = /^[A-Za-z][A-Za-z0-9_.]{0,63}$/

/** A call whose connection closed before the response was whole, without an error of its own. */
export const ABORTED: Error = Object.assign(new Error('the connection closed before the response was whole'), {
  name: 'aborted',
})
