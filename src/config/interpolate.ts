// `${NAME}` and `${NAME:-default}` inside text. `$${` is a literal `${`; `${env:NAME}` is taken too, as OpenTelemetry's
// configuration files write it. What a variable holds is text and is never interpolated again.

export interface Interpolated {
  readonly text: string
  /** Names that were asked for, in order. */
  readonly variables: readonly string[]
  /** The first name that is unset or empty and has no default. */
  readonly unset: string | undefined
  /** The first reference that is not well formed, as written. */
  readonly malformed: string | undefined
}

const NAME = /^(?:env:)?([A-Za-z_][A-Za-z0-9_]*)$/

/** An empty variable counts as unset, so that `NAME=` never becomes an empty password. */
export function interpolate(written: string, env: NodeJS.ProcessEnv): Interpolated {
  const variables: string[] = []
  let unset: string | undefined
  let malformed: string | undefined
  let text = ''
  let from = 0
  for (;;) {
    const start = written.indexOf('${', from)
    if (start < 0) break
    if (written[start - 1] === '$' && start > from) {
      text += `${written.slice(from, start - 1)}\${`
      from = start + 2
      continue
    }
    text += written.slice(from, start)
    const end = written.indexOf('}', start)
    const inner = end < 0 ? '' : written.slice(start + 2, end)
    const colon = inner.indexOf(':-')
    const name = NAME.exec(colon < 0 ? inner : inner.slice(0, colon))?.[1]
    if (name === undefined) {
      malformed ??= end < 0 ? written.slice(start) : written.slice(start, end + 1)
      from = end < 0 ? written.length : end + 1
      continue
    }
    variables.push(name)
    const value = env[name]
    if (value !== undefined && value !== '') text += value
    else if (colon >= 0) text += inner.slice(colon + 2)
    else unset ??= name
    from = end + 1
  }
  return { text: text + written.slice(from), variables, unset, malformed }
}
