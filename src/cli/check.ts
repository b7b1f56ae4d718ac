// `telltale check FILE`: everything that is wrong with a configuration, before anything runs.
import { Command } from 'commander'
import { Fault, Faults } from '../base/fault.ts'
import { type Loaded, loadConfig } from '../config/load.ts'
import { missingPeers } from '../config/peers.ts'
import { type Warning, warning } from '../config/warning.ts'
import { checkCustom, customDefinitions } from '../metrics/custom.ts'
import { checkObjectives } from '../objectives/check.ts'
import type { Io } from './io.ts'
import { printWarnings, warningJson } from './report.ts'

export function checkCommand(io: Io): Command {
  return new Command('check')
    .description('Find every fault in a configuration file, with its line, its column and what to do.')
    .argument('[file]', 'the file; default: TELLTALE_CONFIG, else telltale.yaml here')
    .option('--json', 'print the result as JSON')
    .action((file: string | undefined, options: { json?: boolean }) => {
      const loaded = loadConfig({ ...(file !== undefined && { file }), cwd: io.cwd, ...(io.env && { env: io.env }) })
      const faults = declared(loaded)
      if (faults.length > 0) throw new Faults(faults)
      const warnings = [...loaded.warnings, ...peers(loaded, io.cwd)]
      const inactive = loaded.explain().filter((row) => !row.active && row.origin !== 'default')
      if (options.json) {
        const result = {
          ok: true,
          file: loaded.file,
          warnings: warnings.map(warningJson),
          not_active_yet: inactive.map((row) => row.path),
        }
        io.out(`${JSON.stringify(result, null, 2)}\n`)
        return
      }
      printWarnings(io, warnings)
      for (const row of inactive) io.err(`not active yet: ${row.path} (${row.origin})\n`)
      io.out(`${loaded.file ?? 'no file, so the defaults hold'}: no faults\n`)
    })
}

/** Names that clash with built-in metrics, and objectives over what they cannot be judged by; with their places. */
function declared(loaded: Loaded): Fault[] {
  const { custom_metrics, observability, slos } = loaded.config
  const definitions = customDefinitions(observability.prometheus.metrics.business, custom_metrics)
  const found = [...checkCustom(definitions), ...checkObjectives(slos, definitions)]
  return found.map((fault) => {
    const where = fault.detail.where ?? loaded.place(fault.detail.subject ?? '')
    return new Fault(fault.code, { ...fault.detail, ...(where && { where }) })
  })
}

function peers(loaded: Loaded, cwd: string): Warning[] {
  return missingPeers(loaded.config, cwd).map(({ name, what, origin, way }) =>
    warning('PEER_MISSING', `${what} (${origin}) needs it. ${way}`, name),
  )
}
