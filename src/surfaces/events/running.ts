// The process's event buses, shared by every copy of the package; `start` configures them.
import { shared } from '../../base/slot.ts'
import { defaultRegistry } from '../../metrics/default.ts'
import { type EventOptions, Events } from './events.ts'

export const events: Events = shared('events', () => new Events(defaultRegistry()))

/**
 * Counts the subscribers of an EventEmitter or EventTarget (`eventbus_subscribers_active`), turns away those beyond the cap
 * (`eventbus_subscribers_rejected_total`), and counts what listeners throw (`eventbus_dispatch_failures_total`). Returns the
 * same object. Of an EventTarget, listeners that are there already are not counted.
 */
export function observeEvents<Bus extends object>(bus: Bus, options: EventOptions = {}): Bus {
  return events.observe(bus, options)
}
