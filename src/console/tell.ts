// A decision as counters and the audit trail hear of it. Whoever hears of it changes nothing of it: what is thrown is said.
import type { AccessEvent, Decision } from '../access/decision.ts'
import type { Tier } from '../access/tier.ts'
import { notice, thrownText } from '../base/notice.ts'
import { type AnyRoute, oneOf, type PlainRequest } from './route.ts'

const SURFACES: Readonly<Record<Tier, AccessEvent['surface']>> = {
  public: 'console',
  tenant: 'console',
  system: 'console',
  admin: 'admin',
  scrape: 'scrape',
}

export function tell(
  heard: (event: AccessEvent) => void,
  decision: Decision,
  { tier, path }: Pick<AnyRoute, 'tier' | 'path'>,
  { headers, address }: PlainRequest,
  correlationId: string,
): void {
  const client = decision.client === undefined ? address : decision.client
  const userAgent = oneOf(headers['user-agent'])?.slice(0, 256) ?? null
  try {
    heard({ surface: SURFACES[tier], decision, tier, route: path, address: client, userAgent, correlationId })
  } catch (error) {
    notice('error', 'console.heard', `an access decision could not be recorded: ${thrownText(error)}`)
  }
}
