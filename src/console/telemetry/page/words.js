// Numbers and times as people read them.

export function duration(ms) {
  if (ms === null || ms === undefined) return '–'
  if (ms === 0) return '0'
  if (ms < 1) return `${significant(ms * 1000)} µs`
  if (ms < 1000) return `${significant(ms)} ms`
  if (ms < 60_000) return `${significant(ms / 1000)} s`
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} m ${Math.round((ms % 60_000) / 1000)} s`
  return `${Math.floor(ms / 3_600_000)} h ${Math.round((ms % 3_600_000) / 60_000)} m`
}

function significant(number) {
  return number >= 100 ? Math.round(number) : Number(number.toPrecision(3))
}

export function count(number) {
  return Math.round(number).toLocaleString('en')
}

export function perSecond(number) {
  if (number === 0) return '0'
  return `${number < 0.01 ? '<0.01' : number < 10 ? number.toFixed(2) : number < 100 ? number.toFixed(1) : count(number)}/s`
}

export function percent(part) {
  if (part === 0) return '0 %'
  if (part < 0.001) return '<0.1 %'
  return `${(part * 100).toFixed(part < 0.1 ? 1 : 0)} %`
}

export function bytes(number) {
  if (number < 1024) return `${number} B`
  const step = Math.min(3, Math.floor(Math.log2(number) / 10))
  return `${significant(number / 1024 ** step)} ${['B', 'KiB', 'MiB', 'GiB'][step]}`
}

/** A value of a metric with its UCUM unit. */
export function amount(value, unit) {
  if (value === null || value === undefined) return '–'
  if (unit === 's') return value < 0 ? `−${duration(-value * 1000)}` : duration(value * 1000)
  if (unit === 'ms') return value < 0 ? `−${duration(-value)}` : duration(value)
  if (unit === 'By') return value < 0 ? `−${bytes(-value)}` : bytes(value)
  const size = Math.abs(value)
  const number =
    size >= 1e9 || (size > 0 && size < 1e-3)
      ? value.toExponential(2)
      : size >= 1000
        ? count(value)
        : Number(value.toPrecision(4))
  return unit === '' || unit === '1' || unit.startsWith('{') ? String(number) : `${number} ${unit.slice(0, 12)}`
}

const two = (number) => String(number).padStart(2, '0')

/** Local time of day; with the day when it is another one. */
export function clock(ms, exact = true) {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return '–'
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  const whole = exact ? `${time}.${String(date.getMilliseconds()).padStart(3, '0')}` : time
  return date.toDateString() === new Date().toDateString()
    ? whole
    : `${date.getMonth() + 1}-${two(date.getDate())} ${whole}`
}

export function full(ms) {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

export function ago(ms, now) {
  const past = now - ms
  return past < 2000 ? 'now' : `${duration(past < 60_000 ? Math.round(past / 1000) * 1000 : past)} ago`
}

export function valueText(value) {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']

export function level(severity) {
  return severity < 1 ? 'unset' : LEVELS[Math.min(5, Math.floor((severity - 1) / 4))]
}

const colours = new Map()

/** One of ten colours, by the name as far as no other name has it. */
export function colour(name) {
  if (!colours.has(name)) {
    let hash = 0x811c9dc5
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
    const first = (hash >>> 8) % 10
    const taken = new Set(colours.values())
    const steps = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    const free = steps.find((step) => !taken.has((first + step) % 10)) ?? 0
    colours.set(name, (first + free) % 10)
  }
  return `c${colours.get(name)}`
}
