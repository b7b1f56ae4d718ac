// Starting without a line of code: what `node --import telltale/register app.js` does. The application runs whatever
// happens here; a configuration that is not valid is printed and telemetry stays off, unless the file itself says
// `on_invalid: exit`.
import { Faults } from '../base/fault.ts'
import { onInvalid } from '../config/load.ts'
import { start } from './start.ts'

export function register(): void {
  start({ hooks: true }).catch((error: unknown) => {
    const text =
      error instanceof Faults ? error.message : `telemetry could not start: ${(error as Error)?.stack ?? error}`
    process.stderr.write(`${text}\ntelltale: telemetry is off\n`)
    if (error instanceof Faults && onInvalid() === 'exit') process.exit(2)
  })
}
