// `telltale metrics …`: tokens for who scrapes. What a program takes up (a token, a table, JSON) goes to stdout; what is
// said about it goes to stderr, so that `TOKEN=$(telltale metrics generate-token …)` holds the token and nothing else.
import { Command } from 'commander'
import { timeText } from '../access/tokens/document.ts'
import { openStore } from '../access/tokens/open.ts'
import type { KeptToken } from '../access/tokens/record.ts'
import { type NewToken, Tokens } from '../access/tokens/tokens.ts'
import { now } from '../base/clock.ts'
import { Fault } from '../base/fault.ts'
import type { Config } from '../config/config.ts'
import { durationText, parseDuration } from '../config/duration.ts'
import { loadConfig } from '../config/load.ts'
import type { Io } from './io.ts'
import { tokenJson, tokenTable } from './token-list.ts'
import type { TokenChange } from './token-trail.ts'

interface Common {
  readonly config?: string
  readonly json?: boolean
}

const CONFIG = ['--config <file>', 'the file; default: TELLTALE_CONFIG, else telltale.yaml here'] as const
const ID = ['--token-id <id>', 'the id of the token (a UUID; `list-tokens` shows it), not the token itself'] as const
const FOREVER = 'never'

export function metricsCommand(io: Io): Command {
  return new Command('metrics')
    .description('Make, replace, list and revoke the tokens with which the metrics are scraped.')
    .addCommand(generateCommand(io))
    .addCommand(rotateCommand(io))
    .addCommand(listCommand(io))
    .addCommand(revokeCommand(io))
    .addHelpText(
      'after',
      `
Only hashes of tokens are kept: in a file of this machine (access.tokens.path), or in a table of PostgreSQL
(access.tokens.store: postgresql) that every replica reads. Running services see a change within
access.tokens.refresh, 2 s unless said, without a restart. Guide: docs/guide/tokens.md.`,
    )
}

interface GenerateFlags extends Common {
  readonly scopes: string
  readonly expiresIn?: string
  readonly label?: string
}

function generateCommand(io: Io): Command {
  return new Command('generate-token')
    .summary('make a token and print it, once')
    .description('Make a token and print it. It is shown this one time: only its hash is kept.')
    .option('--scopes <csv>', 'what it may do, separated by commas', 'metrics:read')
    .option('--expires-in <duration>', 'how long it is accepted, such as 90s, 15m, 12h or 30d; default: for ever')
    .option('--label <text>', 'whose it is, for people who read the list')
    .option(...CONFIG)
    .option('--json', 'print the token, its id and its scopes as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ telltale metrics generate-token --scopes metrics:read --expires-in 30d --label prometheus
  $ (umask 077; telltale metrics generate-token --expires-in 30d > /etc/prometheus/token)

The token alone goes to stdout, what is said about it to stderr.`,
    )
    .action(async (flags: GenerateFlags) => {
      const lifeMs = lifeOf(flags.expiresIn) ?? null
      const scopes = flags.scopes.split(',').map((scope) => scope.trim())
      await change(io, flags, async (tokens, config) => {
        const made = await tokens.generate({ scopes, lifeMs, label: flags.label ?? null })
        if (flags.json) printJson(io, { ok: true, token: made.text, ...tokenJson(made.token, now()) })
        else {
          io.out(`${made.text}\n`)
          io.err(`${aboutNew(made)}${lifeMs === null ? 'It never expires; --expires-in 30d would set an end.\n' : ''}`)
          io.err(openNote(config))
        }
        return { action: 'metrics_token.generate', id: made.token.id, scopes: made.token.scopes }
      })
    })
}

interface RotateFlags extends Common {
  readonly tokenId: string
  readonly overlap?: string
  readonly expiresIn?: string
}

function rotateCommand(io: Io): Command {
  return new Command('rotate-token')
    .summary('put a new token in the place of another')
    .description('Make a new token with the scopes and the label of another, which is refused from then on.')
    .requiredOption(...ID)
    .option('--overlap <duration>', 'how long the old one is accepted yet, such as 1h; default: not at all')
    .option(
      '--expires-in <duration>',
      'how long the new one is accepted, or never; default: as long as the old one had',
    )
    .option(...CONFIG)
    .option('--json', 'print the new token, its id and which one it replaces as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ telltale metrics rotate-token --token-id 0d5a3f4e-8a51-4a53-9d42-6f1a5f0c7b11 --overlap 1h

The new token alone goes to stdout. A token that was revoked or rotated before is not rotated; one that has
expired is. The exit code is 1 when there is no token with that id.`,
    )
    .action(async (flags: RotateFlags) => {
      const overlapMs = flags.overlap === undefined ? 0 : durationOf('--overlap', flags.overlap)
      const lifeMs = lifeOf(flags.expiresIn)
      await change(io, flags, async (tokens, config) => {
        const made = await tokens.rotate(flags.tokenId, { overlapMs, ...(lifeMs !== undefined && { lifeMs }) })
        const { replaced } = made
        if (flags.json) {
          const more = { replaces: replaced.id, old_accepted_until: timeText(replaced.acceptedUntil) }
          printJson(io, { ok: true, token: made.text, ...tokenJson(made.token, now()), ...more })
        } else {
          io.out(`${made.text}\n`)
          const within = durationText(config.tokens.refreshMs)
          const old =
            overlapMs > 0 ? `is accepted for ${durationText(overlapMs)} more` : `services refuse within ${within}`
          io.err(`${aboutNew(made)}It replaces ${replaced.id}, which ${old}.\n`)
        }
        const { id: replacedBy, scopes } = made.token
        return { action: 'metrics_token.rotate', id: replaced.id, scopes, replacedBy }
      })
    })
}

function listCommand(io: Io): Command {
  return new Command('list-tokens')
    .summary('show every token, without its secret')
    .description('Show every token: id, state, age, expiry, scopes and label. Secrets are not shown: nobody has them.')
    .option(...CONFIG)
    .option('--json', 'print the tokens as JSON, with exact times')
    .addHelpText(
      'after',
      `
States: active; expiring (less than a week and less than a fifth of its life are left); expired; revoked;
rotated (another took its place; it is accepted until the time under EXPIRES, if there is one).`,
    )
    .action(async (flags: Common) => {
      await withTokens(configOf(io, flags), async (tokens) => {
        const all = await tokens.list()
        const at = now()
        if (flags.json) return printJson(io, { ok: true, tokens: all.map((token) => tokenJson(token, at)) })
        if (all.length === 0) io.err('no tokens yet: `telltale metrics generate-token` makes one\n')
        else io.out(tokenTable(all, at))
      })
    })
}

interface RevokeFlags extends Common {
  readonly tokenId: string
}

function revokeCommand(io: Io): Command {
  return new Command('revoke-token')
    .summary('refuse a token from now on')
    .description('Refuse a token from now on, for good. One that was revoked before stays so: that is no fault.')
    .requiredOption(...ID)
    .option(...CONFIG)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nThe exit code is 1 when there is no token with that id.')
    .action(async (flags: RevokeFlags) => {
      await change(io, flags, async (tokens, config) => {
        const { token, changed } = await tokens.revoke(flags.tokenId)
        const within = durationText(config.tokens.refreshMs)
        const said = changed ? `is revoked: services refuse it within ${within}` : 'was revoked before'
        if (flags.json) printJson(io, { ok: true, changed, ...tokenJson(token, now()) })
        else io.out(`${token.id} ${said}\n`)
        return changed ? { action: 'metrics_token.revoke', id: token.id, scopes: token.scopes } : null
      })
    })
}

function configOf(io: Io, { config: file }: Common): Config {
  return loadConfig({ ...(file !== undefined && { file }), cwd: io.cwd, ...(io.env && { env: io.env }) }).config
}

/** Opens what the configuration names, and lets go of it again. */
async function withTokens<T>(config: Config, work: (tokens: Tokens) => Promise<T>): Promise<T> {
  const tokens = new Tokens(await openStore(config.tokens))
  try {
    return await work(tokens)
  } finally {
    await tokens.close()
  }
}

/** The same for a change, which the audit trail is told of where there is one. */
async function change(
  io: Io,
  flags: Common,
  work: (tokens: Tokens, config: Config) => Promise<TokenChange | null>,
): Promise<void> {
  const config = configOf(io, flags)
  const trail = config.trail.enabled
    ? await import('./token-trail.ts').then((room) => room.openTokenTrail(io, config))
    : null
  try {
    const made = await withTokens(config, (tokens) => work(tokens, config))
    if (made !== null) await trail?.record(made)
  } finally {
    await trail?.close()
  }
}

function aboutNew({ token }: NewToken): string {
  const until = token.expiresAt === null ? '' : `, until ${new Date(token.expiresAt).toISOString().slice(0, 16)}Z`
  return `Token ${token.id} (${scopesText(token)}${until}). It is not shown again.\n`
}

function scopesText({ scopes }: KeptToken): string {
  return scopes.join(', ')
}

/** Who makes a token thinks that it is asked for. */
function openNote({ scrape }: Config): string {
  if (!scrape.enabled || scrape.guard === 'required') return ''
  return `note: ${scrape.path} is open to everyone until observability.prometheus.authentication.enabled is true\n`
}

function printJson(io: Io, value: object): void {
  io.out(`${JSON.stringify(value, null, 2)}\n`)
}

/** Null: for ever. Undefined: nothing was said. */
function lifeOf(written: string | undefined): number | null | undefined {
  if (written === undefined) return undefined
  return written.trim() === FOREVER ? null : durationOf('--expires-in', written)
}

/** With a unit: who writes `--expires-in 30` may mean days. */
function durationOf(flag: string, written: string): number {
  const ms = /[a-z]$/.test(written.trim()) ? parseDuration(written) : Number.NaN
  if (!Number.isNaN(ms)) return ms
  throw new Fault('OPTION_VALUE', {
    subject: flag,
    found: JSON.stringify(written.slice(0, 40)),
    allowed: 'a duration such as 90s, 15m, 12h or 30d',
  })
}
