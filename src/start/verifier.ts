// Who verifies tokens of an issuer, as `access.jwt` and `access.tenants.jwt_claim` say; one for all guards of a service.
import { Jwt } from '../access/jwt.ts'
import { RemoteKeys } from '../access/keys.ts'
import type { JwtVerifier } from '../access/token.ts'
import { monotonic } from '../base/clock.ts'
import type { Config } from '../config/config.ts'

/** The wall clock itself: tokens of others end by it, also just after it was set. */
const wall = Date.now.bind(Date)

export interface OpenVerifier extends JwtVerifier {
  close(): void
}

/** Nothing is fetched before the first token. Throws a Fault for an address of keys that the endpoint policy refuses. */
export function openVerifier({ access, jwtSecret }: Config): OpenVerifier {
  const { jwt, tenants, endpoint_policy: policy } = access
  const keys =
    jwt.jwks_url === undefined
      ? undefined
      : new RemoteKeys({
          url: jwt.jwks_url,
          policy,
          refreshMs: jwt.jwks_refresh,
          staleMs: jwt.jwks_stale,
          now: monotonic,
        })
  const verifier = new Jwt({
    secret: jwtSecret,
    keys,
    algorithms: jwt.algorithms,
    issuer: jwt.issuer,
    audience: jwt.audience,
    toleranceMs: jwt.clock_tolerance,
    rolesClaim: jwt.roles_claim,
    tenantClaim: tenants.jwt_claim,
    now: wall,
  })
  return {
    verify: (text) => verifier.verify(text),
    close: () => keys?.close(),
  }
}
