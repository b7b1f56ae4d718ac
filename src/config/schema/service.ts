// Top-level settings that are single values.
import { choice, type Fields, flag, text } from './kind.ts'

export const service: Fields = {
  name: text('Name of the service. Used when `observability.opentelemetry.service_name` is not set.', { as: 'word' }),
  mode: choice(
    'What is recorded. `default`: spans only when something exports them. `full`: spans always. `no-span`: no spans. `off`: nothing, metrics included.',
    ['default', 'full', 'no-span', 'off'],
    { default: 'default' },
  ),
  dev: flag(
    'Development: shorter export delay, console exporters with `enabled_in_dev`, and the admin tier open.',
    false,
  ),
  strict: flag('Recording mistakes throw instead of being counted and logged. For tests and development.', false),
  on_invalid: choice(
    'What `telltale/register` does about a faulty configuration: `continue` runs the application without telemetry, `exit` ends it.',
    ['continue', 'exit'],
    { default: 'continue' },
  ),
}
