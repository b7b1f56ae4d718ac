// A bounded word for `error.type` of a failed operation: the code that the driver gives (`23505`, `ER_NO_SUCH_TABLE`,
// `ECONNREFUSED`), else the word that a Redis server begins its answer with, else the class.

const CODE = /^[A-Za-z0-9][A-Za-z0-9_.]{0,63}$/
const REPLY = /^[A-Z]{2,24}(?= )/

/** Never the message, and never throws, whatever was thrown; `_OTHER` when it has neither code nor class. */
export function errorType(error: unknown): string {
  try {
    const { code, name, message } = (error ?? {}) as { code?: unknown; name?: unknown; message?: unknown }
    if (typeof code === 'string' && CODE.test(code)) return code
    const reply = typeof message === 'string' ? REPLY.exec(message) : null
    if (reply !== null) return reply[0]
    const word = name === 'Error' ? ((error as object).constructor?.name ?? name) : name
    if (typeof word === 'string' && CODE.test(word)) return word
  } catch {}
  return '_OTHER'
}
