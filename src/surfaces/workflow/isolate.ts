// Runs in Temporal's sandbox, beside workflow code, and imports nothing: neither Node nor our other files are there. The
// interceptors of Temporal set up OpenTelemetry's W3C propagator in it, whatever the process outside is configured for.
// This one stands in front: it reads B3 and Jaeger headers too, and answers in the formats that it was spoken to in.

interface Context {
  getValue(key: symbol): unknown
  setValue(key: symbol, value: unknown): Context
}

type Fields = Record<string, string>

interface Getter {
  get(carrier: unknown, key: string): unknown
}

interface Setter {
  set(carrier: unknown, key: string, value: string): void
}

interface TextMap {
  inject(context: Context, carrier: unknown, setter: Setter): void
  extract(context: Context, carrier: unknown, getter: Getter): Context
  fields(): string[]
}

interface Slot {
  propagation?: TextMap
}

const API = Symbol.for('opentelemetry.js.api.1')
const SPOKEN = Symbol.for('telltale.temporal.spoken')
const W3C = ['traceparent', 'tracestate', 'baggage']
const FIELD_SETTER: Setter = {
  set(carrier, key, value) {
    ;(carrier as Fields)[key] = value
  },
}
const FIELD_GETTER: Getter = {
  get: (carrier, key) => (carrier as Fields)[key],
}

/** One format that is no W3C: what it says as a `traceparent`, and the reverse. */
interface Format {
  read(get: (key: string) => string | undefined): string | undefined
  write(trace: string, span: string, sampled: boolean): Fields
}

const HEX = /^[0-9a-f]+$/

function traceparent(trace: string | undefined, span: string | undefined, sampled: boolean): string | undefined {
  const [t, s] = [trace?.toLowerCase() ?? '', span?.toLowerCase() ?? '']
  if (t === '' || s === '' || t.length > 32 || s.length > 16 || !HEX.test(t) || !HEX.test(s)) return undefined
  return `00-${t.padStart(32, '0')}-${s.padStart(16, '0')}-${sampled ? '01' : '00'}`
}

/** `0` and `false` refuse; what says nothing leaves it to us. */
function isSampled(word: string | undefined): boolean {
  return word !== '0' && word !== 'false'
}

const FORMATS: Readonly<Record<string, Format>> = {
  b3: {
    read(get) {
      const [trace, span, state] = get('b3')?.split('-') ?? []
      return traceparent(trace, span, isSampled(state))
    },
    write: (trace, span, sampled) => ({ b3: `${trace}-${span}-${sampled ? 1 : 0}` }),
  },
  b3multi: {
    read: (get) => traceparent(get('x-b3-traceid'), get('x-b3-spanid'), isSampled(get('x-b3-sampled'))),
    write: (trace, span, sampled) => ({
      'x-b3-traceid': trace,
      'x-b3-spanid': span,
      'x-b3-sampled': sampled ? '1' : '0',
    }),
  },
  jaeger: {
    read(get) {
      const [trace, span, , flags = ''] = get('uber-trace-id')?.split(':') ?? []
      return traceparent(trace, span, (Number.parseInt(flags, 16) & 1) === 1)
    },
    write: (trace, span, sampled) => ({ 'uber-trace-id': `${trace}:${span}:0:${sampled ? 1 : 0}` }),
  },
}

/** `w3c`, and the names in FORMATS. */
const ALL = ['w3c', ...Object.keys(FORMATS)]

class Polyglot implements TextMap {
  readonly #w3c: TextMap

  constructor(w3c: TextMap) {
    this.#w3c = w3c
  }

  extract(context: Context, carrier: unknown, getter: Getter): Context {
    const get = (key: string): string | undefined => {
      const value = getter.get(carrier, key)
      const text: unknown = Array.isArray(value) ? value[0] : value
      return typeof text === 'string' ? text : undefined
    }
    const fields: Fields = {}
    const spoken: string[] = []
    for (const key of W3C) {
      const value = get(key)
      if (value !== undefined) fields[key] = value
    }
    if (fields['traceparent'] !== undefined) spoken.push('w3c')
    for (const [name, format] of Object.entries(FORMATS)) {
      const found = format.read(get)
      if (found === undefined) continue
      spoken.push(name)
      fields['traceparent'] ??= found
    }
    const extracted = this.#w3c.extract(context, fields, FIELD_GETTER)
    return spoken.length === 0 ? extracted : extracted.setValue(SPOKEN, spoken)
  }

  inject(context: Context, carrier: unknown, setter: Setter): void {
    const fields: Fields = {}
    this.#w3c.inject(context, fields, FIELD_SETTER)
    const spoken = (context.getValue(SPOKEN) as readonly string[] | undefined) ?? ALL
    const { traceparent: parent, tracestate, baggage } = fields
    if (baggage !== undefined) setter.set(carrier, 'baggage', baggage)
    if (parent === undefined) return
    const [, trace = '', span = '', flags = ''] = parent.split('-')
    const sampled = (Number.parseInt(flags, 16) & 1) === 1
    for (const name of spoken) {
      const written: Fields =
        name === 'w3c'
          ? { traceparent: parent, ...(tracestate !== undefined && { tracestate }) }
          : (FORMATS[name]?.write(trace, span, sampled) ?? {})
      for (const [key, value] of Object.entries(written)) setter.set(carrier, key, value)
    }
  }

  fields(): string[] {
    return [...W3C, 'b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'uber-trace-id']
  }
}

function stand(): void {
  const slot = (globalThis as unknown as Record<symbol, Slot | undefined>)[API]
  if (slot?.propagation === undefined || slot.propagation instanceof Polyglot) return
  slot.propagation = new Polyglot(slot.propagation)
}

type Intercept = (input: unknown, next: (input: unknown) => unknown) => unknown

interface Inbound {
  readonly execute: Intercept
  readonly handleSignal: Intercept
  readonly handleUpdate: Intercept
  readonly validateUpdate: Intercept
  readonly handleQuery: Intercept
}

/** The factory that Temporal calls for each workflow. Wherever in the list it stands, ours is there before the first use. */
export function interceptors(): { inbound: Inbound[] } {
  stand()
  const first: Intercept = (input, next) => {
    stand()
    return next(input)
  }
  const all = { execute: first, handleSignal: first, handleUpdate: first, validateUpdate: first, handleQuery: first }
  return { inbound: [all] }
}
