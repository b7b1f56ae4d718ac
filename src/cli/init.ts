// `telltale init`: a small file to begin with. It never overwrites one.
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { Fault } from '../base/fault.ts'
import { manifestOf } from '../config/service.ts'
import type { Io } from './io.ts'

export function initCommand(io: Io): Command {
  return new Command('init')
    .description('Write a small telltale.yaml to begin with; a file that exists is left alone.')
    .argument('[file]', 'the file to write', 'telltale.yaml')
    .option('--name <name>', 'name of the service; default: the name in package.json')
    .option('--json', 'print the result as JSON')
    .action((file: string, options: { name?: string; json?: boolean }) => {
      const name = options.name ?? manifestOf(io.cwd)?.name ?? 'my-service'
      try {
        writeFileSync(resolve(io.cwd, file), initText(name), { flag: 'wx' })
      } catch (error) {
        const { code = 'unknown error' } = error as NodeJS.ErrnoException
        if (code === 'EEXIST') throw new Fault('FILE_EXISTS', { subject: file })
        throw new Fault('FILE_UNWRITABLE', { subject: file, found: code }, { cause: error })
      }
      if (options.json) io.out(`${JSON.stringify({ ok: true, file, service: name }, null, 2)}\n`)
      else {
        const check = file === 'telltale.yaml' ? 'telltale check' : `telltale check ${file}`
        io.out(
          `${file} is written. Next: \`${check}\`, then \`telltale hub\` in one terminal and the service in another.\n`,
        )
      }
    })
}

/** The file that `init` writes. */
export function initText(name: string): string {
  return `# yaml-language-server: $schema=./node_modules/telltale/schema/telltale.schema.json
# Every key: docs/reference/configuration.md. Check this file: telltale check

name: ${JSON.stringify(name)}

observability:
  opentelemetry:
    tracing:
      sample_rate: 1.0
      exporters:
        - type: otlp
          endpoint: \${OTLP_ENDPOINT:-http://127.0.0.1:4318}
    metrics:
      export_interval: 10s
      exporters:
        - type: otlp
          endpoint: \${OTLP_ENDPOINT:-http://127.0.0.1:4318}

  # Guarded as soon as METRICS_TOKEN is set.
  prometheus:
    endpoint: /metrics

  logging:
    level: info
    sinks:
      - type: otlp
        endpoint: \${OTLP_ENDPOINT:-http://127.0.0.1:4318}

  health:
    endpoint: /health
`
}
