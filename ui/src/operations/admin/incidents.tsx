// What is to be done: open incidents, the worst first, each with the page that says how; and those that are over.
import type { ClosedIncident, Incident } from '../../../../src/console/ops/answers.ts'
import { Badge } from '../../parts/button.tsx'
import { dateTimeText, durationText, plural } from '../../parts/format.ts'
import { Icon } from '../../parts/icon.tsx'
import { Card, Unset } from '../card.tsx'
import { Ago, Since } from '../clock.tsx'
import { showCard } from '../show-card.ts'
import './incidents.css'
import { CLASSES, SEVERITIES, useOverview } from './overview.ts'
import { Runbook } from './runbook.tsx'

export function Incidents() {
  const figure = useOverview()
  return (
    <Card
      figure={figure}
      note={({ incidents }) => incidents.length > 0 && <b class="num">{plural(incidents.length, 'open incident')}</b>}
    >
      {({ incidents, recent }) => (
        <>
          {incidents.length === 0 ? (
            <Unset title="Nothing to do" icon="check">
              No incident is open.
            </Unset>
          ) : (
            <ul class="incidents" aria-label="Open incidents">
              {incidents.map((incident) => (
                <Open key={incident.id} incident={incident} />
              ))}
            </ul>
          )}
          {recent.length > 0 && <Recent recent={recent} />}
        </>
      )}
    </Card>
  )
}

function Open({ incident }: { incident: Incident }) {
  const { class: kind, severity, opened_at: opened, opened_at_exact: exact, detail } = incident
  const { words, card } = CLASSES[kind] ?? { words: kind, card: '' }
  const { tone, words: grade } = SEVERITIES[severity]
  return (
    <li class={`incident incident-${tone}`}>
      <div class="incident-head">
        <Badge tone={tone}>{grade}</Badge>
        <b>{words}</b>
        <span class="incident-since num">
          for {!exact && <abbr title="It may have begun before this process looked">at least </abbr>}
          <Since at={opened} />
        </span>
      </div>
      <p class="incident-detail">{detail}</p>
      <div class="incident-links">
        <Runbook id={incident.runbook} url={incident.runbook_url} />
        {document.getElementById(card) !== null && (
          <button type="button" class="op-link" onClick={() => showCard(card)}>
            Show where
          </button>
        )}
      </div>
    </li>
  )
}

function Recent({ recent }: { recent: readonly ClosedIncident[] }) {
  return (
    <details class="recent">
      <summary>
        <Icon name="right" size={14} />
        Closed lately <span class="num dim">{recent.length}</span>
      </summary>
      <ul aria-label="Closed incidents" tabIndex={0}>
        {recent.map(({ id, class: kind, severity, detail, opened_at: opened, closed_at: closed }) => {
          const lasted = durationText(Math.max(1000, Date.parse(closed) - Date.parse(opened)))
          return (
            <li key={id}>
              <span class={`recent-mark recent-${SEVERITIES[severity].tone}`} title={SEVERITIES[severity].words} />
              <span class="recent-words" title={detail}>
                <span class="clip">{CLASSES[kind]?.words ?? kind}</span>
              </span>
              <span class="num dim" title={`From ${dateTimeText(Date.parse(opened))}`}>
                {lasted}
              </span>
              <span class="recent-ago">
                <Ago at={closed} />
              </span>
            </li>
          )
        })}
      </ul>
    </details>
  )
}
