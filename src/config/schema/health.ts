// Health: the endpoint and the checks behind it.
import { duration, type Fields, flag, list, section, text, variant } from './kind.ts'

const critical = flag('A failure makes the whole service unhealthy; otherwise degraded.', true)

const remote: Fields = {
  name: text('Name in the answer.', { as: 'word', required: true }),
  url: text('Address that must answer with 2xx.', { as: 'url', required: true }),
  timeout: duration('How long it may take.', { default: '3s' }),
  critical,
}

export const health = section('Health endpoints and checks.', {
  enabled: flag('Answers the health endpoint.', true),
  endpoint: text('Path of the health endpoint.', { as: 'path', default: '/health' }),
  checks: list(
    'Checks of what the service depends on.',
    variant('A check.', 'type', {
      database: {
        name: text('Name in the answer.', { as: 'word', default: 'database' }),
        timeout: duration('How long it may take.', { default: '5s' }),
        critical,
      },
      external_service: remote,
      http: remote,
      custom: {
        name: text('Name in the answer.', { as: 'word', required: true }),
        handler: text('Name of the function given to `health.check(name, fn)`.', { as: 'word', required: true }),
        timeout: duration('How long it may take.', { default: '5s' }),
        critical,
      },
    }),
  ),
})
