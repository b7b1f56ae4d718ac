// What is seen of the application: what is on, by which means, why something is off, and whether anything of it came yet.
import type {
  InstrumentationAnswer,
  InstrumentationGroup,
  InstrumentationItem,
} from '../../../../src/console/control/answers.ts'
import { Badge } from '../../parts/button.tsx'
import { plural } from '../../parts/format.ts'
import { query } from '../../shell/place.ts'
import { Card } from '../card.tsx'
import { Ago } from '../clock.tsx'
import { useFigure } from '../figure.ts'
import { Choice } from './choice.tsx'
import './instrumentation.css'

const STATES = {
  on: { title: 'On', tone: 'ok', help: 'Seen, and recorded' },
  waiting: { title: 'Waiting', tone: 'plain', help: 'On, and nothing of it was seen yet' },
  off: { title: 'Off', tone: 'warn', help: 'Not recorded' },
} as const

type State = keyof typeof STATES

const GROUPS: Readonly<Record<InstrumentationGroup, string>> = {
  http: 'HTTP',
  framework: 'Frameworks',
  database: 'Databases',
  'key-value': 'Key-value stores',
  queue: 'Queues',
  work: 'Work',
  application: 'Application',
  logs: 'Logs',
  runtime: 'Runtime',
}

const stateOf = (text: string | undefined): State => (text === 'waiting' || text === 'off' ? text : 'on')

export function Instrumentation() {
  const figure = useFigure<InstrumentationAnswer>('/admin/ops/instrumentation', { everyMs: 30_000 })
  return (
    <Card figure={figure} note={({ mode }) => (mode === 'default' ? null : <Badge tone="warn">mode {mode}</Badge>)}>
      {(data) => <Items data={data} />}
    </Card>
  )
}

function Items({ data }: { data: InstrumentationAnswer }) {
  const state = stateOf(query('instrumentation'))
  const count = (one: State): number => data.items.filter((item) => item.state === one).length
  const options = (Object.keys(STATES) as State[]).map((one) => ({
    value: one,
    title: `${STATES[one].title} ${count(one)}`,
    help: STATES[one].help,
  }))
  const items = data.items.filter((item) => item.state === state)
  const groups = (Object.keys(GROUPS) as InstrumentationGroup[])
    .map((group) => ({ group, items: items.filter((item) => item.group === group) }))
    .filter((one) => one.items.length > 0)
  return (
    <div class="instrumentation">
      <div class="op-tools">
        <Choice label="State" name="instrumentation" value={state} preset="on" options={options} />
      </div>
      {groups.length === 0 ? (
        <p class="op-say">
          {state === 'on'
            ? 'Nothing was seen yet.'
            : state === 'off'
              ? 'Nothing is switched off.'
              : 'All that is on was seen.'}
        </p>
      ) : (
        <div
          class="instrumentation-groups"
          tabIndex={0}
          role="group"
          aria-label={`Instrumentation: ${STATES[state].title}`}
        >
          <div class="instrumentation-columns">
            {groups.map((one) => (
              <section key={one.group}>
                <h3>{GROUPS[one.group]}</h3>
                <ul>
                  {one.items.map((item) => (
                    <Item key={item.name} item={item} />
                  ))}
                </ul>
              </section>
            ))}
          </div>
        </div>
      )}
      <Others data={data} />
    </div>
  )
}

function Item({
  item: { title, state, how, why, first_seen_at: seen, first_seen_reason: unseen },
}: {
  item: InstrumentationItem
}) {
  return (
    <li class="instrumentation-item">
      <p class="instrumentation-line">
        <span class={`instrumentation-state ${state}`} aria-hidden="true" />
        <b>{title}</b>
        <span class="instrumentation-how">{how}</span>
      </p>
      <p class="op-say instrumentation-why">
        {seen !== null ? (
          <>
            first seen <Ago at={seen} />
            {why !== null && '. '}
          </>
        ) : (
          unseen !== null && `${unseen}${why === null ? '' : ' '}`
        )}
        {why}
      </p>
    </li>
  )
}

function Others({ data: { otel_api: api, contrib } }: { data: InstrumentationAnswer }) {
  const asked = typeof contrib.asked === 'string' ? contrib.asked : contrib.asked.join(', ')
  return (
    <dl class="instrumentation-others">
      <div>
        <dt>@opentelemetry/api</dt>
        <dd>
          <Badge tone={api.state === 'on' ? 'ok' : 'warn'}>{api.state}</Badge>{' '}
          {api.why ?? (api.registered.length > 0 && `${api.registered.join(', ')} end here`)}
          {api.taken.map(({ part, by }) => (
            <span key={part} class="warned">
              ; {part} is taken by {by}
            </span>
          ))}
        </dd>
      </div>
      {api.scopes.length > 0 && (
        <div>
          <dt>Asked for a tracer</dt>
          <dd class="mono">{api.scopes.join(', ')}</dd>
        </div>
      )}
      {api.other_tracers.length > 0 && (
        <div>
          <dt>Other agents</dt>
          <dd class="warned">{api.other_tracers.join(', ')}</dd>
        </div>
      )}
      <div>
        <dt>Contrib packages</dt>
        <dd>
          {asked === 'none' ? 'none are asked for' : `asked for: ${asked}`}
          {contrib.loaded.length > 0 && `; loaded: ${contrib.loaded.join(', ')}`}
          {contrib.missing.length > 0 && <span class="warned">; not installed: {contrib.missing.join(', ')}</span>}
          {contrib.failed.map(({ name, why }) => (
            <span key={name} class="bad">
              ; {name} failed: {why}
            </span>
          ))}
          {contrib.skipped.length > 0 && `; left to our own: ${plural(contrib.skipped.length, 'package')}`}
          {!contrib.loader &&
            contrib.loaded.length > 0 &&
            '; ES module imports are not hooked: node --import telltale/register'}
        </dd>
      </div>
    </dl>
  )
}
