// HTTP methods as small integers, so that a route keeps its series in arrays and a client cannot make new ones:
// what is not known is `_OTHER` in every label and `HTTP` in a span's name (semantic conventions, http.request.method).

export const OTHER_METHOD = '_OTHER'

/** RFC 9110, PATCH (RFC 5789) and QUERY. */
export const KNOWN_METHODS: readonly string[] = [
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'QUERY',
]

export class Methods {
  /** Values of the label `method`; the last is `_OTHER`. */
  readonly labels: readonly string[]
  readonly other: number
  readonly #index: Map<string, number>

  constructor(known: readonly string[] = KNOWN_METHODS) {
    const names = [...new Set(known)].filter((name) => name !== '' && name !== OTHER_METHOD)
    this.labels = [...names, OTHER_METHOD]
    this.other = names.length
    this.#index = new Map(names.map((name, index) => [name, index]))
  }

  /** Methods are case-sensitive (RFC 9110, section 9.1): `get` is not `GET`. */
  indexOf(method: string | undefined): number {
    return this.#index.get(method as string) ?? this.other
  }

  /** What a span's name begins with. */
  title(index: number): string {
    return index === this.other ? 'HTTP' : this.labels[index]!
  }
}
