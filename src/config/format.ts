// What text must look like, by name: the pattern for zod, the validator and the JSON Schema, and the words for a person.

export interface Format {
  readonly pattern: RegExp
  readonly allowed: string
}

export const FORMATS = {
  text: { pattern: /^[^\0]*$/, allowed: 'text' },
  word: { pattern: /^[^\0]*\S[^\0]*$/, allowed: 'text that is not blank' },
  path: { pattern: /^\/[^\s?#]*$/, allowed: 'a path that begins with /, without query' },
  url: {
    pattern:
      /^(?:[Hh][Tt][Tt][Pp][Ss]?:\/\/)?[^\s/?#:]+(?::\d{1,5})?(?:[/?][^\s]*)?$|^[Hh][Tt][Tt][Pp][Ss]?:\/\/[^\s/?#]+(?:[/?][^\s]*)?$/,
    allowed: 'an http or https URL, such as http://127.0.0.1:4318',
  },
  host: { pattern: /^[A-Za-z0-9.:_%[\]-]+$/, allowed: 'a host name or an address' },
  metric: { pattern: /^[a-zA-Z_:][a-zA-Z0-9_:]*$/, allowed: 'a metric name: letters, digits, _ and :, no digit first' },
  label: {
    pattern: /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/,
    allowed: 'a label name: letters, digits and _, no digit or __ first',
  },
  namespace: { pattern: /^(?:[a-zA-Z_][a-zA-Z0-9_]*)?$/, allowed: 'letters, digits and _, no digit first' },
  identifier: { pattern: /^[A-Za-z_][A-Za-z0-9_.]*$/, allowed: 'an identifier: letters, digits, _ and .' },
  table: {
    pattern: /^[A-Za-z_][A-Za-z0-9_]{0,62}(?:\.[A-Za-z_][A-Za-z0-9_]{0,62})?$/,
    allowed: 'a table: letters, digits and _, with a schema and a dot before it or without',
  },
  variable: { pattern: /^[A-Za-z_][A-Za-z0-9_]*$/, allowed: 'the name of an environment variable' },
  header: { pattern: /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, allowed: 'a header name (RFC 9110 token)' },
  scope: {
    pattern: /^[\x21\x23-\x5b\x5d-\x7e]+$/,
    allowed: 'a scope: visible characters without blanks, quotes and backslashes (RFC 6749)',
  },
  headerValue: {
    pattern: /^[\t\x20-\x7e\x80-\xff]*$/,
    allowed: 'a header value without line breaks or control characters',
  },
} as const satisfies Record<string, Format>

export type FormatName = keyof typeof FORMATS
