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
    'Addresses or CIDR ranges of proxies whose `X-Forwarded-For` is believed.',
    text('One address or range.', { as: 'word', required: true }),
  ),
  max_clients: count('Client addresses that the rate limiter remembers.', { min: 1, default: 10_000 }),
})
