// Changes of tokens in the audit trail, where the configuration has one in a database. It is opened before anything is
// changed, so that a trail which cannot be written keeps a token from being made. A trail inside the service is held by
// that process alone: then who asked is told that the change is not in it.
import { userInfo } from 'node:os'
import { openAudit } from '../audit/open.ts'
import { Fault } from '../base/fault.ts'
import type { Config } from '../config/config.ts'
import type { Io } from './io.ts'

export interface TokenChange {
  readonly action: 'metrics_token.generate' | 'metrics_token.rotate' | 'metrics_token.revoke'
  readonly id: string
  readonly scopes: readonly string[]
  /** The id of the token that took its place. */
  readonly replacedBy?: string
}

export interface TokenTrail {
  record(change: TokenChange): Promise<void>
  close(): Promise<void>
}

/** For a configuration whose trail is on. */
export async function openTokenTrail(io: Io, { trail }: Config): Promise<TokenTrail> {
  if (trail.store === 'embedded') {
    return {
      record: async () => io.err('note: the audit trail is inside the service, so this change is not in it\n'),
      close: async () => {},
    }
  }
  if (trail.url === undefined)
    throw new Fault('CONFIG_UNSET_VARIABLE', { subject: trail.urlEnv, found: 'audit.store: postgresql' })
  const audit = await openAudit(trail)
  return {
    async record({ action, id, scopes, replacedBy }) {
      await audit.record({
        actor_user_id: userName(),
        actor_role: 'admin',
        action,
        target_type: 'metrics_token',
        target_id: id,
        result: 'success',
        metadata: {
          reason: 'command line',
          request_scope: scopes.join(' '),
          ...(replacedBy !== undefined && { new_value: replacedBy }),
        },
      })
    },
    close: () => audit.close(),
  }
}

/** Who the system says that runs the command; null where it knows no name. */
function userName(): string | null {
  try {
    return userInfo().username
  } catch {
    return null
  }
}
