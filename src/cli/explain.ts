// `telltale config explain`: every setting, its value, and the place that decided it.
import { Command } from 'commander'
import type { ExplainRow } from '../config/explain.ts'
import { loadConfig } from '../config/load.ts'
import { redactorOf } from '../redact/policy.ts'
import type { Io } from './io.ts'
import { printWarnings, warningJson } from './report.ts'

/** `…resource.attributes[deployment.environment]` */
const ATTRIBUTE = /\.attributes\[(.+)\]$/

export function explainCommand(io: Io): Command {
  return new Command('explain')
    .description('Show every setting with its value and where it comes from; secrets are hidden.')
    .option('--config <file>', 'the file; default: TELLTALE_CONFIG, else telltale.yaml here')
    .option('--changed', 'leave out settings that stand at their default')
    .option('--json', 'print the rows as JSON')
    .action((options: { config?: string; changed?: boolean; json?: boolean }) => {
      const { config: file } = options
      const loaded = loadConfig({ ...(file !== undefined && { file }), cwd: io.cwd, ...(io.env && { env: io.env }) })
      const { entry, value } = redactorOf(loaded.config.redact)
      const rows = loaded
        .explain()
        .filter((row) => !options.changed || row.origin !== 'default')
        // Attributes stand under keys of the user's own; any text may be what somebody pasted.
        .map((row) => ({ ...row, value: entry(ATTRIBUTE.exec(row.path)?.[1] ?? '', value(row.value)) }))
        .map((row) => (row.value === null ? { ...row, value: undefined } : row))
      if (options.json) {
        const result = {
          file: loaded.file,
          settings: rows.map((row) => ({ ...row, value: row.value ?? null })),
          warnings: loaded.warnings.map(warningJson),
        }
        io.out(`${JSON.stringify(result, null, 2)}\n`)
        return
      }
      printWarnings(io, loaded.warnings)
      io.out(`${table(rows)}\n`)
    })
}

function table(rows: readonly ExplainRow[]): string {
  const cells = rows.map((row) => {
    const asked = row.variables.length > 0 ? ` (${row.variables.map((name) => `$${name}`).join(', ')})` : ''
    return [row.path, written(row.value), `${row.origin}${asked}${row.active ? '' : ' · not active yet'}`] as const
  })
  const width = (column: 0 | 1) => Math.min(72, Math.max(0, ...cells.map((cell) => cell[column].length)))
  const [paths, values] = [width(0), width(1)]
  return cells.map(([path, value, origin]) => `${path.padEnd(paths)}  ${value.padEnd(values)}  ${origin}`).join('\n')
}

function written(value: unknown): string {
  if (value === undefined) return '-'
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value)
}
