// `telltale hub`: receives, keeps and shows telemetry on this machine until it is told to stop.
import { Command } from 'commander'
import { Fault } from '../base/fault.ts'
import { loadConfig } from '../config/load.ts'
import { type Hub, startHub } from '../hub/hub.ts'
import { type Io, processIo } from './io.ts'

interface HubFlags {
  readonly host?: string
  readonly port?: number
  readonly uiPort?: number
  readonly config?: string
  readonly json?: boolean
}

export function hubCommand(io: Io = processIo()): Command {
  return new Command('hub')
    .description(
      'Receive OTLP over HTTP (protobuf and JSON), keep it in bounded memory, show it on a panel and by an API.',
    )
    .option('--host <address>', 'address to listen on (default 127.0.0.1)')
    .option('--port <port>', 'OTLP over HTTP; 0 takes a free one (default 4318)', portOf('--port'))
    .option('--ui-port <port>', 'the panel and the query API; 0 takes a free one (default 4319)', portOf('--ui-port'))
    .option('--config <file>', 'a telltale.yaml whose `hub` section is used')
    .option('--json', 'print the addresses as JSON')
    .addHelpText(
      'after',
      '\nOTLP over gRPC (port 4317) is not received yet: set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.',
    )
    .action(async (flags: HubFlags) => {
      const hub = await startHub(optionsOf(flags, io))
      io.out(flags.json ? `${JSON.stringify({ ok: true, endpoint: hub.endpoint, ui: hub.ui })}\n` : welcome(hub))
      await ended()
      await hub.stop()
    })
}

function optionsOf(flags: HubFlags, io: Io) {
  const file = flags.config === undefined ? undefined : loadConfig({ file: flags.config, cwd: io.cwd, env: io.env })
  const hub = file?.config.hub
  const limits = hub?.limits
  return {
    host: flags.host ?? hub?.host,
    port: flags.port ?? hub?.port,
    uiPort: flags.uiPort ?? hub?.ui_port,
    limits: defined({
      spans: limits?.spans,
      spanBytes: limits?.span_bytes,
      spansPerTrace: limits?.spans_per_trace,
      logs: limits?.logs,
      logBytes: limits?.log_bytes,
      series: limits?.series,
      pointsPerSeries: limits?.points_per_series,
      pointBytes: limits?.point_bytes,
    }),
  }
}

function defined<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>
}

function welcome({ endpoint, ui }: Hub): string {
  return `telltale hub
  page and API  ${ui}
  OTLP/HTTP     ${endpoint}

Send it something:
  OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint} node --import telltale/register app.js

Ctrl-C stops it; what it holds is gone then.
`
}

function portOf(flag: string): (text: string) => number {
  return (text) => {
    const port = Number(text)
    if (/^\d{1,5}$/.test(text) && port <= 65535) return port
    throw new Fault('OPTION_VALUE', { subject: flag, found: text, allowed: 'a whole number from 0 to 65535' })
  }
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process as usual. */
function ended(): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      process.removeListener('SIGINT', end).removeListener('SIGTERM', end)
      resolve()
    }
    process.on('SIGINT', end).on('SIGTERM', end)
  })
}
