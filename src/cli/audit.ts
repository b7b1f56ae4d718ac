// `telltale audit verify` walks the chain of the trail that a configuration names; `telltale audit prune` removes what is
// older than its retention. Both open what is there and make nothing.
import { Command } from 'commander'
import type { Audit } from '../audit/audit.ts'
import { openAudit } from '../audit/open.ts'
import { olderThan, prune } from '../audit/prune.ts'
import type { Verification } from '../audit/verify.ts'
import { Fault } from '../base/fault.ts'
import type { Config } from '../config/config.ts'
import { durationText, parseDuration } from '../config/duration.ts'
import { loadConfig } from '../config/load.ts'
import type { Io } from './io.ts'

interface Common {
  readonly config?: string
  readonly json?: boolean
}

interface VerifyOptions extends Common {
  readonly fromId?: string
  readonly head?: string
}

interface PruneOptions extends Common {
  readonly olderThan?: string
  readonly dryRun?: boolean
}

const CONFIG = ['--config <file>', 'the file; default: TELLTALE_CONFIG, else telltale.yaml here'] as const

export function auditCommand(io: Io): Command {
  const verify = new Command('verify')
    .description('Walk the whole chain and name the first row that was changed, moved or taken away.')
    .option(...CONFIG)
    .option('--from-id <id>', 'begin at this row and believe what is before it')
    .option('--head <hash>', 'a hash that the trail had at some time: it has to have it still')
    .option('--json', 'print the result as JSON')
    .action(async (options: VerifyOptions) => {
      checkHash(options.head)
      await withTrail(io, options, async (audit) => {
        const result = await audit.verify({ fromId: options.fromId, head: options.head })
        io.code = result.ok ? 0 : 1
        if (options.json) io.out(`${JSON.stringify(result, null, 2)}\n`)
        else tell(io, result)
      })
    })
  const pruning = new Command('prune')
    .description('Remove rows older than audit.retention; a row of the trail says which, and the chain holds on.')
    .option(...CONFIG)
    .option('--older-than <duration>', 'instead of audit.retention, such as 90d')
    .option('--dry-run', 'say what would go, and remove nothing')
    .option('--json', 'print the result as JSON')
    .action(async (options: PruneOptions) => {
      await withTrail(io, options, async (audit, config) => {
        const age = ageOf(options.olderThan, config)
        const { rows, last } = await olderThan(audit, Date.now() - age)
        const dry = { rows, last: last && { seq: last.seq, hash: last.hash }, checkpoint: null }
        const result = last === null || options.dryRun ? dry : await prune(audit, last.seq)
        const older = `older than ${durationText(age)}`
        if (options.json)
          io.out(`${JSON.stringify({ ok: true, dry_run: options.dryRun === true, ...result }, null, 2)}\n`)
        else if (last === null) io.out(`no row is ${older}\n`)
        else if (options.dryRun) io.out(`up to row ${last.seq}: ${rowsText(rows)} ${older}\n`)
        else
          io.out(
            `gone up to row ${last.seq}: ${rowsText(result.rows)} ${older}; row ${result.checkpoint?.seq} says so\n`,
          )
      })
    })
  return new Command('audit')
    .description('Check the audit trail, or remove what is older than its retention.')
    .addCommand(verify)
    .addCommand(pruning)
}

function tell(io: Io, { ok, rows, head, broken }: Verification): void {
  if (!ok) {
    const { kind, id, seq, text } = broken!
    const at = id === null ? '' : ` at row ${seq ?? '?'} (${id})`
    io.err(`broken: ${kind}${at}: ${text}\n`)
  }
  const last = head === null ? 'no rows' : `holds up to row ${head.seq} (${rowsText(rows)})\nhead ${head.hash}`
  io.out(`${last}\n`)
}

function rowsText(rows: number): string {
  return rows === 1 ? '1 row' : `${rows} rows`
}

async function withTrail(
  io: Io,
  { config: file }: Common,
  work: (audit: Audit, config: Config) => Promise<void>,
): Promise<void> {
  const { config } = loadConfig({ ...(file !== undefined && { file }), cwd: io.cwd, ...(io.env && { env: io.env }) })
  const { trail } = config
  if (trail.store === 'postgresql' && trail.url === undefined)
    throw new Fault('CONFIG_UNSET_VARIABLE', { subject: trail.urlEnv, found: 'audit.store: postgresql' })
  if (trail.store === 'embedded' && trail.path === undefined) {
    const hint = 'Give it an audit.path, or ask the process that holds it: verify() of its trail.'
    throw new Fault('AUDIT_STORE', { subject: 'audit.path', found: 'a trail that is held in memory', hint })
  }
  const audit = await openAudit({ ...trail, create: false })
  try {
    await work(audit, config)
  } finally {
    await audit.close()
  }
}

function checkHash(head: string | undefined): void {
  if (head === undefined || /^[0-9a-f]{64}$/i.test(head)) return
  throw new Fault('OPTION_VALUE', { subject: '--head', found: head.slice(0, 100), allowed: '64 hexadecimal digits' })
}

function ageOf(written: string | undefined, config: Config): number {
  if (written === undefined) return config.trail.retentionMs
  const age = parseDuration(written)
  if (age > 0) return age
  throw new Fault('OPTION_VALUE', {
    subject: '--older-than',
    found: written.slice(0, 100),
    allowed: 'a duration such as 90d',
  })
}
