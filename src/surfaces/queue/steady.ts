// Names of queues and subjects as labels and span names: ids in them become `*`, so that a subject for each order is one
// series. The name itself stands on the span, in `messaging.destination.name`.
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi
/** Queues that RabbitMQ named, and the pseudo-queues of its direct replies. */
const GIVEN = /^amq\.(gen-|rabbitmq\.reply-to).*/
const MAX_KNOWN = 1000

const known = new Map<string, string>()

export function steady(name: string): string {
  let found = known.get(name)
  if (found === undefined) {
    found = name.replace(GIVEN, 'amq.$1*').replace(UUID, '*').split('.').map(token).join('.')
    if (known.size < MAX_KNOWN) known.set(name, found)
  }
  return found
}

/** Numbers, hexadecimal from 12 places on, and what no person names: 20 letters and more with a digit among them. */
function token(text: string): string {
  return /^(\d+|[0-9a-f]{12,}|(?=\D*\d)\w{20,})$/i.test(text) ? '*' : text
}
