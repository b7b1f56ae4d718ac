// Every fault a user can meet is in this table: what went wrong, what to do, how the process ends.
// docs/reference/faults.md is compared with it by a test, both ways.

export interface FaultKind {
  /** One sentence in the present tense: what is wrong. */
  readonly what: string
  /** One sentence in the imperative: what to do about it. */
  readonly todo: string
  /** Exit code of a command that ends with it; HTTP answers carry their own status. */
  readonly exit: number
}

export const FAULTS = {
  CONFIG_UNREADABLE: {
    what: 'The configuration file cannot be read.',
    todo: 'Check the path and its permissions.',
    exit: 2,
  },
  CONFIG_SYNTAX: { what: 'The file is not valid YAML.', todo: 'Mend the syntax at the place named.', exit: 2 },
  CONFIG_UNKNOWN_KEY: { what: 'The key is not known here.', todo: 'Correct the spelling or remove the key.', exit: 2 },
  CONFIG_TYPE: { what: 'The value has the wrong type.', todo: 'Write a value of the type that is allowed.', exit: 2 },
  CONFIG_VALUE: { what: 'The value is not allowed.', todo: 'Write one of the values that are allowed.', exit: 2 },
  CONFIG_MISSING: { what: 'A required key is missing.', todo: 'Add the key.', exit: 2 },
  CONFIG_CONFLICT: { what: 'Two settings contradict each other.', todo: 'Keep one of the two.', exit: 2 },
  CONFIG_UNSET_VARIABLE: {
    what: 'An environment variable that the file asks for is not set.',
    todo: 'Set the variable, or give a default with ${NAME:-default}.',
    exit: 2,
  },
  ENV_VALUE: {
    what: 'An environment variable has a value that is not allowed.',
    todo: 'Correct or unset the variable.',
    exit: 2,
  },
  FILE_EXISTS: {
    what: 'The file exists already and is not overwritten.',
    todo: 'Remove it, or name another file.',
    exit: 2,
  },
  FILE_UNREADABLE: {
    what: 'The file cannot be read.',
    todo: 'Check the path, its permissions and what is in it.',
    exit: 2,
  },
  FILE_UNWRITABLE: { what: 'The file cannot be written.', todo: 'Check the path and its permissions.', exit: 2 },
  PEER_MISSING: {
    what: 'The configuration needs a package that is not installed.',
    todo: 'Install the package.',
    exit: 2,
  },
  TEMPORAL_SETUP: {
    what: 'Temporal cannot be observed as the configuration asks.',
    todo: 'Mend what is named, or turn surfaces.workflow.temporal off.',
    exit: 2,
  },
  GUARD_NO_CREDENTIAL: {
    what: 'The scrape is guarded, and nobody can prove who they are.',
    todo: 'Set the variable of the token, make one with telltale metrics generate-token, or turn the guard off.',
    exit: 2,
  },
  ACCESS_NO_CREDENTIAL: {
    what: 'Application authentication is on, and nobody can prove who they are.',
    todo: 'Set the variable of the secret, write access.jwt.jwks_url, or turn access.jwt.enabled off.',
    exit: 2,
  },
  METRIC_KIND: {
    what: 'The metric exists already as another kind, or mixes set and add.',
    todo: 'Give one of the two another name.',
    exit: 1,
  },
  METRIC_NAME: {
    what: 'The name of the metric or of one of its labels is not allowed.',
    todo: 'Begin it with a letter or underscore and go on with letters, digits and underscores.',
    exit: 1,
  },
  METRIC_LABELS: {
    what: 'The labels are not the ones that the metric was declared with.',
    todo: 'Give every declared label and no other.',
    exit: 1,
  },
  METRIC_VALUE: {
    what: 'The value cannot be recorded.',
    todo: 'Record a finite number; counters and histograms take none below zero.',
    exit: 1,
  },
  QUERY_PARAMETER: {
    what: 'A parameter of the query is not valid.',
    todo: 'Correct it; /api/v1/openapi.json lists every parameter and what it takes.',
    exit: 2,
  },
  OPTION_VALUE: {
    what: 'The value of the option is not allowed.',
    todo: 'Write a value that is allowed; --help lists the options.',
    exit: 2,
  },
  HUB_PORT_TAKEN: {
    what: 'The hub cannot listen there: another program has the port.',
    todo: 'Stop that program, or give the hub another port.',
    exit: 3,
  },
  HUB_LISTEN: { what: 'The hub cannot listen there.', todo: 'Correct the address and the port.', exit: 3 },
  ENDPOINT_INVALID: {
    what: 'The endpoint is not a usable URL.',
    todo: 'Write a full http:// or https:// URL without user name and password.',
    exit: 2,
  },
  ENDPOINT_FORBIDDEN: {
    what: 'The endpoint leads to an address that must not be called.',
    todo: 'Use another address, or the policy that allows it.',
    exit: 2,
  },
  HEADER_INVALID: {
    what: 'A header cannot be sent as it stands.',
    todo: 'Use a token as the name and printable text as the value, without line breaks.',
    exit: 2,
  },
  AUDIT_KEY: {
    what: 'The audit row has a metadata key that is not allowed, so nothing was written.',
    todo: 'Use one of the twelve keys.',
    exit: 1,
  },
  AUDIT_ROW: {
    what: 'The audit row has a field that cannot be kept, so nothing was written.',
    todo: 'Correct the field.',
    exit: 1,
  },
  AUDIT_TRANSACTION: {
    what: 'The audit row cannot join the transaction, so nothing was written.',
    todo: 'Hand over the client of a transaction that has begun and not ended, and wait for the row before it ends.',
    exit: 1,
  },
  AUDIT_STORE: {
    what: 'The audit trail cannot be opened, read or written.',
    todo: 'Check that its database can be reached and that its user may use the table.',
    exit: 3,
  },
  AUDIT_CLOSED: {
    what: 'No audit trail is open, so nothing was written.',
    todo: 'Record between start() and stop(), or openAudit() one.',
    exit: 1,
  },
  AUDIT_BROKEN: {
    what: 'The chain of the audit trail does not hold, so nothing was removed.',
    todo: 'Keep the trail as it is, and find out who changed it: telltale audit verify.',
    exit: 1,
  },
  TOKEN_UNKNOWN: {
    what: 'There is no token with this id.',
    todo: 'Look the id up: telltale metrics list-tokens.',
    exit: 1,
  },
  TOKEN_ENDED: {
    what: 'The token cannot be rotated.',
    todo: 'Make a new one: telltale metrics generate-token.',
    exit: 1,
  },
  TOKEN_LIMIT: {
    what: 'There are as many tokens as there may be.',
    todo: 'Revoke those that nobody uses: telltale metrics revoke-token.',
    exit: 1,
  },
  TOKENS_UNREADABLE: { what: 'The tokens cannot be read.', todo: 'Check the path and its permissions.', exit: 2 },
  TOKENS_EXPOSED: {
    what: 'Others may read or change the tokens, so they are not used.',
    todo: 'Take the permissions back.',
    exit: 2,
  },
  TOKENS_CORRUPT: {
    what: 'What should hold the tokens holds something else; it is left as it is.',
    todo: 'Restore it from a backup, or put it aside and make new tokens.',
    exit: 2,
  },
  TOKENS_NEWER: {
    what: 'The tokens are in the format of a later version; they are left as they are.',
    todo: 'Use that version of telltale here too.',
    exit: 2,
  },
  TOKENS_LOCKED: {
    what: 'Another process is changing the tokens and does not come to an end.',
    todo: 'Try again.',
    exit: 3,
  },
  TOKENS_UNREACHABLE: {
    what: 'The database of tokens cannot be used.',
    todo: 'Check its URL, that it runs, and what its user may do.',
    exit: 3,
  },
  INVENTORY_RECORDS: {
    what: 'A record type cannot be counted as it is declared.',
    todo: 'Declare it in console.resources as the database has it.',
    exit: 2,
  },
  INVENTORY_CLIENT: {
    what: 'Records cannot be counted with what was handed over.',
    todo: 'Hand over a Pool or Client of pg, a PGlite, a DatabaseSync of node:sqlite, a Db of mongodb, or an inventory of your own.',
    exit: 1,
  },
  OPERATIONS_CLIENT: {
    what: 'The operations panel cannot use what was handed over.',
    todo: 'Hand over a Pool of pg, a PGlite or a DatabaseSync of node:sqlite.',
    exit: 1,
  },
  TLS_FILE: { what: 'A certificate or key file cannot be read.', todo: 'Check the path and its permissions.', exit: 2 },
} as const satisfies Record<string, FaultKind>

export type FaultCode = keyof typeof FAULTS

export interface FaultPlace {
  readonly file: string
  readonly line?: number
  readonly column?: number
}

export interface FaultDetail {
  /** What was found, as written; never a secret. */
  readonly found?: string
  /** What is allowed there. */
  readonly allowed?: string
  /** A dotted path, an option or an address: the thing that is at fault. */
  readonly subject?: string
  readonly where?: FaultPlace
  /** A nearer hint than the table's, such as a spelling. */
  readonly hint?: string
}

export class Fault extends Error {
  readonly code: FaultCode
  readonly detail: FaultDetail

  constructor(code: FaultCode, detail: FaultDetail = {}, options?: ErrorOptions) {
    super(faultText(code, detail), options)
    this.name = 'Fault'
    this.code = code
    this.detail = detail
  }
}

/** `file:line:column CODE subject: what; found …, allowed …. what to do` on one line. */
export function faultText(code: FaultCode, detail: FaultDetail): string {
  const kind: FaultKind = FAULTS[code]
  const { where } = detail
  let text = where ? `${where.file}${where.line ? `:${where.line}:${where.column ?? 1}` : ''} ` : ''
  text += `${code} `
  if (detail.subject) text += `${detail.subject}: `
  text += kind.what.replace(/\.$/, '')
  if (detail.found !== undefined) text += `; found ${detail.found}`
  if (detail.allowed !== undefined) text += `; allowed: ${detail.allowed}`
  return `${text}. ${detail.hint ?? kind.todo}`
}

/** Several faults at once, in the order of the file. */
export class Faults extends Error {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    super(faults.map((fault) => fault.message).join('\n'))
    this.name = 'Faults'
    this.faults = faults
  }
}
