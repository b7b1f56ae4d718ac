// Who may ask what: tenants, application tokens, and which addresses our own calls may reach.
import { choice, count, duration, flag, list, section, text } from './kind.ts'

export const access = section('Tenants, application authentication, and the policy for addresses that we call.', {
  tenants: section('How the tenant of a request is found.', {
    default: text('Tenant of a request that names none. Blank refuses such requests.', { default: 'default' }),
    header: text('Header that names the tenant.', { as: 'header', default: 'X-Tenant-ID' }),
    routing_mode: choice('Where a tenant may be named.', ['header_only', 'url_path', 'both'], {
      default: 'header_only',
    }),
    strict_validation: flag('A tenant named in two places that disagree is refused with 400.', false),
    jwt_claim: text('Claim of the token that names the tenant.', { as: 'word', default: 'tenant_id' }),
  }),
  jwt: section('Verification of application tokens.', {
    enabled: flag('Application tokens are required on the tenant, system and admin tiers.', false),
    secret_env: text('Variable that holds the HS256 secret.', { as: 'variable', default: 'JWT_SECRET' }),
    jwks_url: text('Where the public keys are published.', { as: 'url' }),
    issuer: text('Required `iss`.', { as: 'word' }),
    audience: text('Required `aud`.', { as: 'word' }),
    algorithms: list(
      'Accepted signature algorithms.',
      choice('One algorithm.', ['HS256', 'RS256', 'ES256', 'EdDSA'], { required: true }),
      {
        default: ['HS256'],
        min: 1,
      },
    ),
    clock_tolerance: duration('Difference of clocks that is forgiven.', { default: '5s', min: '0s' }),
    jwks_refresh: duration('How long fetched keys are taken for new.', { default: '10m', max: '24h' }),
    jwks_stale: duration('How long the last good keys are used while their address does not answer.', {
      default: '1h',
      max: '168h',
    }),
    roles_claim: text('Claim of the token that lists roles.', { as: 'word', default: 'roles' }),
    admin_roles: list('Roles that may use the admin tier.', text('One role.', { as: 'word', required: true }), {
      default: ['platform_admin'],
    }),
    admin_by_scope: flag('A `system/*` read scope opens the admin tier too.', false),
  }),
  tokens: section('Tokens that `telltale metrics generate-token` makes; only their hashes are kept.', {
    store: choice(
      'Where: a file of this machine, or PostgreSQL, where every replica sees a change.',
      ['file', 'postgresql'],
      {
        default: 'file',
      },
    ),
    path: text('The file, from the folder of the configuration.', { as: 'word', default: '.telltale/tokens.json' }),
    url_env: text('Variable that holds the URL of the PostgreSQL database.', {
      as: 'variable',
      default: 'DATABASE_URL',
    }),
    table: text('Table in PostgreSQL, which is made with the first token.', {
      as: 'table',
      default: 'telltale_tokens',
    }),
    refresh: duration('How often a service looks whether tokens changed.', { default: '2s', min: '100ms', max: '1h' }),
    stale: duration('How long the last known tokens hold while they cannot be read; then none is accepted.', {
      default: '5m',
      min: '0s',
      max: '24h',
    }),
  }),
  exclude_paths: list(
    'Exact paths that application authentication leaves alone; replaces the built-in list. The scrape path is always left alone.',
    text('One path.', { as: 'path', required: true }),
    {},
  ),
  endpoint_policy: choice(
    'Addresses that our own calls may reach. `operator`: loopback and private allowed, link-local and cloud metadata refused. `strict`: public addresses only.',
    ['operator', 'strict'],
    { default: 'operator' },
  ),
  trusted_proxies: list(
    'Addresses or CIDR ranges of proxies whose `X-Forwarded-For` or `Forwarded` is believed; `unix` for what asks over a Unix socket.',
    text('One address or range, or `unix`.', { as: 'word', required: true }),
  ),
  max_clients: count('Client addresses that the rate limiter remembers.', { min: 1, default: 10_000 }),
})
