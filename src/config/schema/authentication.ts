// The scrape guard: who may read the metrics endpoint.
import { choice, count, type Fields, flag, list, section, text } from './kind.ts'

const PROOFS = ['bearer_token', 'api_key', 'jwt']
const METHODS = [...PROOFS, 'none']

/** The guard's keys as an exporter may carry them: no defaults, so that `prometheus.authentication` wins key by key. */
export const fallback: Fields = {
  enabled: flag('Guards the metrics endpoint.'),
  method: choice('How a scraper proves who it is.', METHODS),
  token_header: text('Header that carries the token.', { as: 'header' }),
  token_env: text('Variable that holds the token.', { as: 'variable' }),
}

export const authentication = section('Who may read the metrics endpoint.', {
  enabled: flag('Guards the metrics endpoint. Left out: guarded when the variable of `token_env` is set.'),
  method: choice('How a scraper proves who it is. Default: `bearer_token`.', METHODS),
  methods: list(
    'Several ways at once, each of which suffices; replaces `method`.',
    choice('One way.', PROOFS, { required: true }),
    {
      min: 1,
    },
  ),
  token_header: text(
    'Header that carries the token. Default: `Authorization`, or `x-api-key` with `api_key`. Beside other ways an API key is always in `x-api-key`.',
    { as: 'header' },
  ),
  token_env: text('Variable that holds the token. Default: `METRICS_TOKEN`.', { as: 'variable' }),
  required_scopes: list('Scopes that a token must have.', text('A scope.', { as: 'scope', required: true }), {
    default: ['metrics:read'],
  }),
  invalid_token_status: count('Status for a token that is not valid: 401 or 403.', {
    min: 401,
    max: 403,
    default: 401,
  }),
  allowed_addresses: list(
    'Addresses or CIDR ranges that may scrape; empty allows all.',
    text('An address or range.', { as: 'word', required: true }),
  ),
  rate_limit: section('Requests per client address.', {
    requests_per_minute: count('Steady rate.', { min: 1, default: 60 }),
    burst_size: count('Requests that may come at once.', { min: 1, default: 10 }),
    shared: choice('Where replicas add up their requests. Left out: each counts its own.', ['redis', 'postgresql']),
    url_env: text(
      'Variable that holds the URL of the shared store. Default: `REDIS_URL`, or `DATABASE_URL` with `postgresql`.',
      { as: 'variable' },
    ),
  }),
})
