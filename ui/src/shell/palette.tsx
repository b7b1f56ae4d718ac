// One field that goes anywhere: pages, services, and whatever has a trace id or a correlation id in it (the id, a traceparent,
// a log line, a URL of this panel).
import { useMemo, useState } from 'preact/hooks'
import type { TraceRow } from '../../../src/store/answers.ts'
import { useAnswer } from '../api/use-answer.ts'
import { PAGES } from '../pages.ts'
import { Dot } from '../parts/button.tsx'
import { Chooser } from '../parts/chooser.tsx'
import { serviceColour } from '../parts/colour.ts'
import { agoText, rateText } from '../parts/format.ts'
import { type Found, findIds } from '../parts/found.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { go, href, visit } from './place.ts'
import { nextTheme } from './theme.ts'
import { setRange } from './time.ts'

interface Choice {
  readonly id: string
  readonly title: string
  readonly note: string
  readonly icon?: IconName
  readonly colour?: string
  run(): void
}

export function Palette({ close }: { close(): void }) {
  const [text, setText] = useState('')
  const services = useAnswer('/services', {}).data
  const found = useMemo(() => findIds(text), [text])
  const sought = correlationIn(found)
  const asked = useAnswer('/traces', sought === null ? null : { correlation_id: sought, limit: MOST_TRACES })
  const traces = asked.stale ? undefined : asked.data
  const choices = useMemo(() => {
    const id = found.trace_id
    if (id !== null) {
      const run = (): void => go(`/traces/${id}`, found.span_id === null ? {} : { span: found.span_id })
      return [{ id, title: `Trace ${id}`, note: 'Open', icon: 'traces', run } as Choice]
    }
    const ids = sought === null ? [] : ofCorrelation(sought, traces?.items ?? [])
    const others = [...pages(), ...(services?.items ?? []).map(ofService), ...deeds(), ...searches(text)]
    return [...ids, ...ranked(text, others)]
  }, [text, found, sought, traces, services])

  return (
    <Chooser
      label="Search"
      name="palette"
      field="Search pages, services, trace and correlation ids"
      placeholder="Go to a page or service, or paste a trace id, correlation id or log line"
      text={text}
      write={setText}
      choices={choices}
      keyOf={({ id }) => id}
      show={({ colour, icon, title, note }) => (
        <>
          {colour ? <Dot colour={colour} /> : icon && <Icon name={icon} />}
          <span class="clip">{title}</span>
          <span class="palette-note">{note}</span>
        </>
      )}
      run={(choice) => choice.run()}
      close={close}
    />
  )
}

/** Traces of a correlation id that are offered; the rest is a search away. */
const MOST_TRACES = 5

/** An id for sure, or a word with a number in it: names of services are words, too. */
function correlationIn({ trace_id: trace, correlation_id: id, where }: Found): string | null {
  if (trace !== null || id === null) return null
  return where.correlation_id !== 'what you pasted' || (id.length >= 6 && /\d/.test(id)) ? id : null
}

function ofCorrelation(id: string, traces: readonly TraceRow[]): Choice[] {
  const one = ({ trace_id: trace, name, service, start_ms: at }: TraceRow): Choice => ({
    id: trace,
    title: `${service}: ${name}`,
    note: `Trace  ${agoText(at)}`,
    icon: 'traces',
    run: () => go(`/traces/${trace}`),
  })
  const all: Choice = {
    id: 'correlation',
    title: `Traces of correlation id ${id}`,
    note: traces.length === 0 ? 'Search' : 'All of them',
    icon: 'link',
    run: () => go('/traces', { correlation_id: id, from: '-30d', to: null }),
  }
  return [...traces.map(one), all]
}

function pages(): Choice[] {
  return PAGES.flatMap(({ path, nav }) =>
    nav ? [{ id: path, title: nav.label, note: `Page  g ${nav.key}`, icon: nav.icon, run: () => go(path) }] : [],
  )
}

function ofService({ service, per_second: rate }: { service: string; per_second: number }): Choice {
  const run = (): void => visit(href(`/services/${encodeURIComponent(service)}`), false)
  return {
    id: `service ${service}`,
    title: service,
    note: `Service  ${rateText(rate)}`,
    colour: serviceColour(service),
    run,
  }
}

function deeds(): Choice[] {
  return [
    {
      id: 'errors',
      title: 'Failed traces, slowest first',
      note: 'Traces',
      icon: 'alert',
      run: () => go('/traces', { status: 'error', order: 'slowest' }),
    },
    {
      id: 'slow',
      title: 'Slowest traces',
      note: 'Traces',
      icon: 'clock',
      run: () => go('/traces', { order: 'slowest' }),
    },
    {
      id: 'hour',
      title: 'Look at the last hour',
      note: 'Time',
      icon: 'clock',
      run: () => setRange({ last: 3_600_000 }),
    },
    { id: 'theme', title: 'Dark or light', note: 'Theme  D', icon: 'moon', run: nextTheme },
  ]
}

function searches(text: string): Choice[] {
  const words = text.trim()
  if (words === '') return []
  return [
    {
      id: 'search traces',
      title: `Traces with a span named ${words}`,
      note: 'Search',
      icon: 'search',
      run: () => go('/traces', { name: words }),
    },
  ]
}

/** Those in which all words occur, earlier matches first; searches stay last. */
function ranked(text: string, choices: Choice[]): Choice[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return choices
    .map((choice, i) => {
      const title = choice.title.toLowerCase()
      const places = words.map((word) => title.indexOf(word))
      const score = choice.note === 'Search' ? 1000 : Math.max(0, ...places) + (places.some((p) => p < 0) ? 1e6 : 0)
      return { choice, score, i }
    })
    .filter(({ score }) => score < 1e6)
    .sort((a, b) => a.score - b.score || a.i - b.i)
    .map(({ choice }) => choice)
    .slice(0, 50)
}
