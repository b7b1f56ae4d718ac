// From an id to what it stands for: paste whatever has one in it, and go where the trace is kept. The service keeps no traces
// itself; `ops.links` says where they are.
import { useId, useMemo, useRef, useState } from 'preact/hooks'
import { Button, Copy } from '../../parts/button.tsx'
import { Command } from '../../parts/empty.tsx'
import { type Found, findIds, type IdName, isTraceAsUuid, MOST_TEXT, mayBeTrace } from '../../parts/found.ts'
import { Icon } from '../../parts/icon.tsx'
import { Frame } from '../card.tsx'
import { useSession } from '../session.ts'
import './investigation.css'
import { type Ids, leadsTo, places, takes } from './links.ts'
import { forget, nameOf, recent, remember } from './searches.ts'

const TITLES: Readonly<Record<IdName, string>> = {
  trace_id: 'Trace',
  span_id: 'Span',
  correlation_id: 'Correlation id',
}
const NAMES = Object.keys(TITLES) as IdName[]

export function Investigation() {
  const { links, caller } = useSession()
  const who = caller?.subject ?? ''
  const [text, setText] = useState('')
  const [searches, setSearches] = useState<readonly Ids[]>(() => recent(who, sessionStorage))
  const field = useRef<HTMLTextAreaElement>(null)
  const id = useId()
  const found = useMemo(() => findIds(text), [text])
  const leads = useMemo(() => leadsTo(links, found), [links, found])
  const kept = (ids: Ids): void => setSearches(remember(who, ids, sessionStorage))
  const follow = (): void => {
    const [first] = leads
    if (first === undefined) return
    kept(found)
    open(first.href, '_blank', 'noopener,noreferrer')
  }
  const clear = (): void => {
    setText('')
    field.current?.focus()
  }
  return (
    <Frame
      marks={places(links).map(({ name, href }) => (
        <a key={name} class="op-link investigation-place" href={href} target="_blank" rel="noopener noreferrer">
          {name} <Icon name="out" size={13} />
        </a>
      ))}
    >
      <div class="investigation">
        <div class="investigation-field">
          <label class="said" for={`${id}-field`}>
            Paste a trace id, a correlation id, a traceparent or a log line
          </label>
          <textarea
            ref={field}
            id={`${id}-field`}
            data-search
            rows={text.includes('\n') || text.length > 120 ? 4 : 2}
            maxLength={MOST_TEXT}
            placeholder="Paste a trace id, a correlation id, a traceparent or a whole log line"
            spellcheck={false}
            autocomplete="off"
            value={text}
            aria-describedby={`${id}-found`}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape' && text !== '') clear()
              else if (event.key === 'Enter' && !event.shiftKey && leads.length > 0) follow()
              else return
              event.preventDefault()
            }}
          />
          {text !== '' && <Button kind="quiet" icon="close" label="Clear" class="op-small" onClick={clear} />}
        </div>
        <div id={`${id}-found`} aria-live="polite">
          {text.trim() !== '' && <Result found={found} links={links} kept={kept} choose={setText} />}
        </div>
        {text.trim() === '' && Object.keys(links).length === 0 && <Unlinked ids={found} />}
        {searches.length > 0 && (
          <Searches
            searches={searches}
            choose={(ids) => {
              setText(NAMES.flatMap((name) => (ids[name] === null ? [] : [`${name}=${ids[name]}`])).join(' '))
              field.current?.focus()
            }}
            clear={() => setSearches(forget(sessionStorage))}
          />
        )}
      </div>
    </Frame>
  )
}

interface ResultProps {
  readonly found: Found
  readonly links: Readonly<Record<string, string>>
  kept(ids: Ids): void
  choose(text: string): void
}

function Result({ found, links, kept, choose }: ResultProps) {
  const names = NAMES.filter((name) => found[name] !== null)
  const leads = leadsTo(links, found)
  if (names.length === 0)
    return (
      <p class="op-say investigation-nothing">
        <Icon name="alert" size={14} /> No id in it. A trace id is 32 hexadecimal digits; a correlation id is what
        answers carry as <code>x-correlation-id</code>.
      </p>
    )
  return (
    <div class="investigation-found">
      <dl>
        {names.map((name) => (
          <div key={name}>
            <dt>{TITLES[name]}</dt>
            <dd>
              <code>{found[name]}</code>
              <Copy text={found[name]!} label={`Copy the ${TITLES[name].toLowerCase()}`} />
              <span class="dim">from {found.where[name]}</span>
            </dd>
          </div>
        ))}
      </dl>
      <About found={found} />
      {leads.length > 0 && (
        <p class="investigation-leads">
          {leads.map(({ name, words, href, by }, i) => (
            <a
              key={name}
              class={`button ${i === 0 ? 'button-strong' : 'button-plain'}`}
              href={href}
              target="_blank"
              rel="noopener noreferrer"
              title={`By the ${by.replace('_', ' ')}, in a new tab`}
              onClick={() => kept(found)}
              onAuxClick={() => kept(found)}
            >
              <Icon name="out" size={14} />
              {words}
              {i === 0 && <kbd>⏎</kbd>}
            </a>
          ))}
        </p>
      )}
      {leads.length === 0 && <Unlinked ids={found} links={links} />}
      {found.others.length > 0 && (
        <p class="op-say">
          Also in it:{' '}
          {found.others.map((id) => (
            <button key={id} type="button" class="op-link mono investigation-other" onClick={() => choose(id)}>
              {id}
            </button>
          ))}
        </p>
      )}
    </div>
  )
}

/** What a correlation id says of its trace. */
function About({ found: { trace_id: trace, correlation_id: correlation } }: { found: Found }) {
  if (correlation === null) return null
  if (trace !== null)
    return isTraceAsUuid(correlation, trace) ? (
      <p class="op-say">The correlation id is the trace id, written as a UUID.</p>
    ) : null
  if (!mayBeTrace(correlation)) return <p class="op-say">A caller gave it, so it is looked for by itself.</p>
  return (
    <p class="op-say">
      Where no caller gave it, it is the trace id written as a UUID, which leaves out six of its 128 bits: the trace has
      to be looked for.
    </p>
  )
}

/** How ids become links. */
function Unlinked({ ids, links = {} }: { ids: Ids; links?: Readonly<Record<string, string>> }) {
  const missing: IdName = ids.trace_id === null && ids.correlation_id !== null ? 'correlation_id' : 'trace_id'
  const none = Object.keys(links).length === 0
  return (
    <details class="op-more" open={ids.trace_id !== null || ids.correlation_id !== null}>
      <summary>
        {none || !takes(links, missing)
          ? `No link takes a ${missing.replace('_', ' ')}: say where traces and logs are kept`
          : 'The link cannot be opened: it is no address of the web'}
      </summary>
      <p class="op-say">
        For a Telltale hub at its default address; <code>{'{trace_id}'}</code> and <code>{'{correlation_id}'}</code> are
        filled in.
      </p>
      <Command text={LINKS} />
    </details>
  )
}

const LINKS = `ops:
  links:
    trace: http://127.0.0.1:4319/traces/{trace_id}
    logs: http://127.0.0.1:4319/traces?from=-30d&correlation_id={correlation_id}`

interface SearchesProps {
  readonly searches: readonly Ids[]
  choose(ids: Ids): void
  clear(): void
}

function Searches({ searches, choose, clear }: SearchesProps) {
  return (
    <section class="investigation-recent" aria-label="Looked for in this tab">
      <h3>
        Looked for in this tab
        <Button kind="quiet" class="op-small" onClick={clear}>
          Forget
        </Button>
      </h3>
      <ul>
        {searches.map((ids) => (
          <li key={nameOf(ids)}>
            <button type="button" class="op-link mono clip" onClick={() => choose(ids)}>
              {nameOf(ids)}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
