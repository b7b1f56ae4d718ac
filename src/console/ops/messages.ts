// Messages of the outbox and dead letters for an administrator (G-28): a page of them, and one put back or discarded. Every
// change and every one that is refused is a row of the audit trail, in the transaction of the change where the trail is kept
// in that database, and a line in the log; what cannot be recorded is not done. Of a message its payload is never read.
import { ClientError, KINDS, Unavailable } from '../../access/error-kinds.ts'
import { roleOf } from '../../audit/access.ts'
import type { AuditEntry } from '../../audit/row.ts'
import { within } from '../../base/deadline.ts'
import { notice, thrownText } from '../../base/notice.ts'
import { byOf } from '../control/trail.ts'
import type { Asked } from '../declared.ts'
import type { Bounds } from '../figures/inquiry.ts'
import { readJson, requireSameSite } from '../same-site.ts'
import { type Action, act, type Done } from './actions.ts'
import type { MessageAction, MessagesAnswer } from './answers.ts'
import { withoutHosts } from './hosts.ts'
import { type Filter, type List, Outbox, type OutboxConfig } from './outbox.ts'
import { invalid, wholeOf } from './parameter.ts'
import type { HeldDatabase } from './provided.ts'
import { Absent } from './source.ts'
import type { Database } from './sql.ts'

export interface MessageMeans {
  readonly outbox: OutboxConfig
  readonly database: HeldDatabase
  readonly instance: string
  /** Takes out what must not be shown. */
  readonly redact: (text: string) => string
  /** Records a row; on `client` where that is one that the trail can be written with. Rejects where it cannot be kept. */
  readonly record: (entry: AuditEntry, client: unknown) => Promise<unknown>
  /** Roles that count as administrators. */
  readonly adminRoles: readonly string[]
  readonly deadlineMs?: number
  readonly recordMs?: number
}

const unheard = () => new Absent('the database does not answer')
const silent = () => new Absent('the audit trail does not answer')
const DEADLINE_MS = 15_000
/** A change waits no longer for the trail. */
const RECORD_MS = 5000
const ERROR = 500
const LIMIT: Bounds = { default: 50, least: 1, most: 200 }
const OFFSET: Bounds = { default: 0, least: 0, most: 10_000 }
const FILTERS: readonly Filter[] = ['pending', 'failed', 'all']
/** SQLITE_BUSY and SQLITE_LOCKED. */
const BUSY: readonly unknown[] = [5, 6]
/** What PostgreSQL says of a value that its type does not have. */
const NO_VALUE = /^22/

export class Messages {
  readonly #means: MessageMeans

  constructor(means: MessageMeans) {
    this.#means = means
  }

  async page(list: List, { search, now }: Asked): Promise<MessagesAnswer> {
    const { instance, redact } = this.#means
    const filter = list === 'dlq' ? 'all' : filterOf(search.get('status'))
    const limit = wholeOf(search, 'limit', LIMIT)
    const offset = wholeOf(search, 'offset', OFFSET)
    const { db, outbox } = this.#open()
    const page = outbox.page({ list, filter, limit, offset })
    const { total, messages } = await this.#asked(db.read(page))
    return {
      generated_at: new Date(now).toISOString(),
      scope: db.scope,
      instance,
      list,
      status: list === 'dlq' ? 'failed' : filter,
      total,
      limit,
      offset,
      messages: messages.map(({ last_error, event_type, ...message }) => ({
        ...message,
        event_type: event_type === null ? null : redact(event_type),
        last_error: last_error === null ? null : withoutHosts(redact(last_error.slice(0, 4 * ERROR))).slice(0, ERROR),
      })),
    }
  }

  /** Throws the error that the client is told, once it is recorded. */
  async act(list: List, action: Action, asked: Asked): Promise<MessageAction> {
    const id = asked.params['id'] ?? ''
    const shown = shownOf(id)
    const { adminRoles } = this.#means
    const sign = (result: Partial<AuditEntry>) => ({ ...entryOf(list, action, shown, asked, adminRoles), ...result })
    try {
      requireSameSite(asked.request)
      const body = await readJson(asked.request)
      if (body !== undefined && (typeof body !== 'object' || body === null))
        throw invalid('The body has to be an object.')
      if (!/^[^\0-\x1f\x7f]{1,200}$/u.test(id)) throw invalid('This is no id of a message.')
      const done = await this.#change(list, action, id, sign)
      const { changed, from, to } = done
      const text = `${place(list)} ${shownOf(done.id)}: ${action}, ${from} to ${to}${changed ? '' : ' (it was so before)'}`
      this.#say('info', text, asked)
      return { id: done.id, list, action, changed, status: to }
    } catch (error) {
      const told = toldOf(error)
      const text = `${place(list)} ${shown}: ${action} was refused (${told.code})`
      this.#say('warn', text, asked)
      const recorded = this.#means.record(sign({ result: 'failure', metadata: { error_code: told.code } }), null)
      await within(recorded, this.#means.recordMs ?? RECORD_MS, silent).catch((failed: unknown) =>
        notice('error', 'ops.unrecorded', `a refused change could not be recorded: ${thrownText(failed)}`),
      )
      throw told
    }
  }

  async #change(
    list: List,
    action: Action,
    id: string,
    sign: (result: Partial<AuditEntry>) => AuditEntry,
  ): Promise<Done> {
    const { db, outbox } = this.#open()
    let told = false
    const work = db.change(
      () => act(outbox, action, list, id),
      async ({ id, from, to }, client) => {
        // Whoever asked was told that it is not done.
        if (told) throw new Absent('the database answered too late')
        const entry = sign({ target_id: shownOf(id), metadata: { status_from: from, status_to: to } })
        await within(this.#means.record(entry, client), this.#means.recordMs ?? RECORD_MS, silent).catch(
          (cause: unknown) => {
            throw new Unavailable('the change could not be recorded', { code: 'service_unavailable', cause })
          },
        )
      },
    )
    try {
      return await this.#asked(work)
    } finally {
      told = true
    }
  }

  #say(level: 'info' | 'warn', text: string, { caller, correlationId }: Asked): void {
    const by = byOf(caller)
    notice(level, 'ops.message', by === null ? text : `${text}, by ${by}`, {
      ...(by !== null && { by }),
      correlation_id: correlationId,
    })
  }

  #open(): { db: Database; outbox: Outbox } {
    try {
      const db = this.#means.database.get()
      return { db, outbox: new Outbox(db, this.#means.outbox) }
    } catch (error) {
      throw toldOf(error)
    }
  }

  async #asked<T>(work: Promise<T>): Promise<T> {
    try {
      return await within(work, this.#means.deadlineMs ?? DEADLINE_MS, unheard)
    } catch (error) {
      throw toldOf(error)
    }
  }
}

function entryOf(
  list: List,
  action: Action,
  id: string,
  { caller, request, correlationId }: Asked,
  adminRoles: readonly string[],
): AuditEntry {
  return {
    actor_user_id: byOf(caller),
    actor_role: roleOf(caller, 'admin', adminRoles),
    action: `${list}.${action}`,
    target_type: list === 'dlq' ? 'dead_letter' : 'outbox_message',
    target_id: id === '' ? 'none' : id,
    result: 'success',
    correlation_id: correlationId,
    user_agent: request.headers.get('user-agent'),
  }
}

/** Of a line of the log, and of a row of the trail. */
function shownOf(id: string): string {
  return id.slice(0, 128).replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ')
}

function place(list: List): string {
  return list === 'dlq' ? 'dead letter' : 'message'
}

function filterOf(given: string | null): Filter {
  if (given === null || given === '') return 'pending'
  const filter = FILTERS.find((one) => one === given)
  if (filter === undefined) throw invalid(`status has to be one of ${FILTERS.join(', ')}.`)
  return filter
}

/** What a client is told: what a database says stays in the log (H-51). */
function toldOf(error: unknown): ClientError {
  if (error instanceof ClientError) return error
  if (error instanceof Absent) return new Unavailable(error.message, { code: 'service_unavailable', cause: error })
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown }
  if (typeof code === 'string' && NO_VALUE.test(code))
    return new ClientError(KINDS.not_found, 'There is no such message.')
  // Connections, locks, timeouts and shutdowns pass; what remains is a table that is not as it is declared.
  const passing = typeof code !== 'string' || BUSY.includes(errcode) || /^(?:08|40|53|55|57|E[A-Z]{3})/.test(code)
  const cause = { cause: error }
  if (passing) return new Unavailable('the database does not answer', { code: 'service_unavailable', ...cause })
  return new ClientError(KINDS.exception, undefined, { code: 'internal_error', ...cause })
}
