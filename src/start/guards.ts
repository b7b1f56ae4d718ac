// Guards as the configuration wants them, with what they ask: loaded only where something is guarded.
import { AddressSet, ClientAddresses } from '../access/client-address.ts'
import type { Guard } from '../access/decision.ts'
import { ClientLimit, type Limit } from '../access/limit.ts'
import { scrapeGuard } from '../access/scrape-guard.ts'
import type { OpenTokens } from '../access/tokens/live.ts'
import { openTokens } from '../access/tokens/open.ts'
import { noticeOnce, thrownText } from '../base/notice.ts'
import type { Config } from '../config/config.ts'
import type { Registry } from '../metrics/registry.ts'
import { NAMES } from '../model/names.ts'
import { openVerifier } from './verifier.ts'

export interface GuardParts {
  readonly config: Config
  /** Null where nothing is counted. */
  readonly registry: Registry | null
}

export interface Guards {
  /** Of the scrape. */
  readonly scrape: Guard | null
  close(): Promise<void>
}

export async function openGuards({ config, registry }: GuardParts): Promise<Guards> {
  const closing: (() => unknown)[] = []
  const { guard, enabled, authentication } = config.scrape
  const guarded = enabled && guard === 'required'
  let tokens: OpenTokens | undefined
  if (guarded && authentication.methods.some((method) => method !== 'jwt') && authentication.tokens) {
    tokens = await openTokens(config.tokens)
    closing.push(() => tokens?.close())
    if (registry !== null) closing.push(showActive(registry, tokens))
  }
  return {
    scrape: guarded ? await openScrape(config, tokens, closing) : null,
    async close() {
      for (const close of closing.splice(0).reverse()) await close()
    },
  }
}

async function openScrape(config: Config, tokens: OpenTokens | undefined, closing: (() => unknown)[]): Promise<Guard> {
  const { scrape, proxies, access, service } = config
  const { methods, header, keyHeader, token, requiredScopes, invalidTokenStatus, allowed } = scrape.authentication
  const { burstSize: capacity, requestsPerMinute: perMinute, shared } = scrape.authentication
  const jwt = methods.includes('jwt') && scrape.authentication.jwt ? openVerifier(config) : undefined
  if (jwt !== undefined) closing.push(() => jwt.close())
  const own = new ClientLimit({ capacity, perMinute, places: access.max_clients })
  let limit: Limit = own
  if (shared !== undefined) {
    const { SharedLimit } = await import('../access/limit-shared.ts')
    const both = new SharedLimit({ own, capacity, perMinute, name: service.name, ...shared })
    closing.push(() => both.close())
    limit = both
  }
  return scrapeGuard({
    methods,
    header: header.toLowerCase(),
    keyHeader: keyHeader.toLowerCase(),
    token,
    tokens,
    jwt,
    requiredScopes,
    invalidTokenStatus,
    allowed: new AddressSet(allowed),
    clients: new ClientAddresses(proxies),
    limit,
    failed: (what, error) =>
      noticeOnce('scrape.unverified', 'error', 'access.unverified', `${what} cannot be verified: ${thrownText(error)}`),
  })
}

/** How many tokens would be accepted now; nothing of them. */
function showActive(registry: Registry, tokens: OpenTokens): () => void {
  const read = (report: (value: number) => void) => report(tokens.active())
  const gauge = registry.observe(NAMES.auth_tokens_active, read)
  return () => gauge.remove(read)
}
