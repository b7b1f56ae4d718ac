// The `telltale` command: it reads the first word and loads that command alone. It promises `--json` on every command,
// exit code 0 when all is well and the fault's own code when not, and never calls process.exit, so that output is whole.
import { Command, CommanderError } from 'commander'
import { VERSION } from '../base/slot.ts'
import { type Io, processIo } from './io.ts'
import { reportThrown } from './report.ts'

interface Entry {
  readonly summary: string
  load(io: Io): Promise<Command>
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  init: {
    summary: 'write a small telltale.yaml',
    load: async (io) => (await import('./init.ts')).initCommand(io),
  },
  check: {
    summary: 'find every fault in a configuration file',
    load: async (io) => (await import('./check.ts')).checkCommand(io),
  },
  config: {
    summary: 'show every setting and where it comes from',
    load: async (io) => new Command('config').addCommand((await import('./explain.ts')).explainCommand(io)),
  },
  metrics: {
    summary: 'make, replace, list and revoke tokens for the scrape',
    load: async (io) => (await import('./metrics.ts')).metricsCommand(io),
  },
  audit: {
    summary: 'check the audit trail, or remove what is too old',
    load: async (io) => (await import('./audit.ts')).auditCommand(io),
  },
  redact: {
    summary: 'try the redaction policy on a file',
    load: async (io) => (await import('./redact.ts')).redactCommand(io),
  },
  hub: {
    summary: 'receive, keep and show telemetry on this machine',
    load: async () => (await import('./hub.ts')).hubCommand(),
  },
}

/** Runs one command line and resolves with its exit code. */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<number> {
  const program = new Command('telltale')
    .description('Complete observability for Node services: one YAML file and one import.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', '\nEvery command takes --json. `telltale <command> --help` says more about one.')
  const asked = argv.find((word) => !word.startsWith('-'))
  const wanted = asked === 'help' ? argv[argv.indexOf('help') + 1] : asked
  for (const [name, entry] of Object.entries(COMMANDS)) {
    const command = name === wanted ? await entry.load(io) : new Command(name)
    program.addCommand(command.summary(entry.summary).description(command.description() || capital(entry.summary)))
  }
  settle(program, io)
  try {
    if (argv.length === 0) program.outputHelp()
    else await program.parseAsync(argv, { from: 'user' })
    return io.code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    return reportThrown(io, error, argv.includes('--json'))
  }
}

/** Commander must not end the process, and writes where we do; subcommands too. */
function settle(command: Command, io: Io): void {
  command.exitOverride().configureOutput({ writeOut: io.out, writeErr: io.err })
  for (const inner of command.commands) settle(inner, io)
}

function capital(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`
}
