// What the operations endpoints are answered with.
import { Unavailable } from '../../access/error-kinds.ts'
import type { TrafficRing } from '../../traffic/ring.ts'
import type { Asked } from '../declared.ts'
import type { Bounds } from '../figures/inquiry.ts'
import type { Action } from './actions.ts'
import type { FleetSeries, MessageAction, MessagesAnswer, Overview } from './answers.ts'
import type { Fleet } from './fleet.ts'
import { type MessageMeans, Messages } from './messages.ts'
import type { List } from './outbox.ts'
import { type OverviewMeans, OverviewRoom } from './overview.ts'
import { invalid, wholeOf } from './parameter.ts'
import { Recent } from './recent.ts'
import { RequestLog } from './requests.ts'
import type { Clock } from './source.ts'

export interface OperationsMeans extends OverviewMeans {
  readonly redact: MessageMeans['redact']
  readonly record: MessageMeans['record']
  readonly adminRoles: readonly string[]
}

const RANGES: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }
const [LEAST_SECONDS, MOST_SECONDS] = [300, 604_800]
const POINTS: Bounds = { default: 60, least: 2, most: 500 }

export class Operations {
  readonly #overview: OverviewRoom
  readonly #messages: Messages | null
  readonly #fleet: Fleet | null
  readonly #traffic: TrafficRing
  readonly #age: () => number
  readonly #clock: Clock
  readonly #instance: string
  readonly #series: Recent<FleetSeries>

  constructor(means: OperationsMeans) {
    const { ops, database, instance, redact, record, adminRoles, fleet, traffic, age, clock } = means
    this.#overview = new OverviewRoom(means)
    const { outbox } = ops
    this.#messages =
      outbox === undefined ? null : new Messages({ outbox, database, instance, redact, record, adminRoles })
    this.#fleet = fleet
    this.#traffic = traffic
    this.#age = age
    this.#clock = clock
    this.#instance = instance
    this.#series = new Recent(() => clock.monotonic())
  }

  overview(): Promise<Overview> {
    return this.#overview.get()
  }

  messages(list: List, asked: Asked): Promise<MessagesAnswer> | undefined {
    return this.#messages?.page(list, asked)
  }

  act(list: List, action: Action, asked: Asked): Promise<MessageAction> | undefined {
    return this.#messages?.act(list, action, asked)
  }

  /** Throws BadRequest (`invalid_request`), and Unavailable (`service_unavailable`) where Prometheus does not answer. */
  fleet({ search }: Asked): Promise<FleetSeries> {
    const seconds = secondsOf(search.get('range') || '1h')
    const points = wholeOf(search, 'points', POINTS)
    return this.#series.of(`${seconds} ${points}`, () => this.#fleetSeries(seconds, points))
  }

  /** Reads everything once, for incidents that begin while nobody looks. */
  async look(): Promise<void> {
    await this.#overview.get()
  }

  close(): void {
    this.#overview.close()
  }

  async #fleetSeries(seconds: number, points: number): Promise<FleetSeries> {
    const now = this.#clock.now()
    const head = { generated_at: new Date(now).toISOString(), instance: this.#instance, range_seconds: seconds }
    if (this.#fleet === null) {
      const log = new RequestLog(this.#traffic, this.#age(), now, seconds)
      const reason = 'ops.prometheus_url is not set: these are requests that this instance has in its log'
      return {
        ...head,
        scope: 'single-instance',
        source: 'request_log',
        step_seconds: seconds / points,
        points: log.series(seconds, points),
        reason,
      }
    }
    const series = await this.#fleet.series(seconds, points).catch((cause: unknown) => {
      throw new Unavailable('Prometheus does not answer', { code: 'service_unavailable', cause })
    })
    return { ...head, scope: 'cluster', source: 'prometheus', ...series, reason: null }
  }
}

function secondsOf(text: string): number {
  const [, number, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const seconds = number === undefined ? Number.NaN : Number(number) * RANGES[unit!]!
  if (seconds >= LEAST_SECONDS && seconds <= MOST_SECONDS) return seconds
  throw invalid('range has to be a duration from 5m to 7d, such as 1h.')
}
