// Who asks whom, as a picture and as a list: the same links, so that what one cannot see or hold in the hand the other shows.
import { useEffect, useState } from 'preact/hooks'
import { useAnswer } from '../../api/use-answer.ts'
import { Button } from '../../parts/button.tsx'
import { Busy, Empty, Failed, NoTelemetry } from '../../parts/empty.tsx'
import { plural } from '../../parts/format.ts'
import { useKeys } from '../../shell/keys.ts'
import { query, setQuery } from '../../shell/place.ts'
import { range, setRange } from '../../shell/time.ts'
import { Connections } from './connections.tsx'
import { Graph } from './graph.tsx'
import './map.css'

const NARROW = '(max-width: 640px)'

export function ServiceMap() {
  const { from, to } = range.value
  const { data, error, loading, stale, again } = useAnswer('/map', { from, to })
  const narrow = useNarrow()
  const view = query('view') ?? (narrow ? 'list' : 'map')
  const show = (one: 'map' | 'list'): void => setQuery({ view: one }, { replace: true })
  useKeys('Map', [{ keys: 'v', does: 'Map or list', run: () => show(view === 'map' ? 'list' : 'map') }])
  if (data === undefined) {
    if (loading) return <Busy label="Asking who calls whom" />
    if (error) return <Failed problem={error} again={again} />
    return null
  }
  return (
    <div class={`map${stale ? ' map-stale' : ''}`}>
      {error && <Failed problem={error} again={again} />}
      {data.nodes.length === 0 ? (
        <Nothing />
      ) : (
        <>
          <div class="map-head">
            <p class="map-count">
              {plural(data.nodes.filter(({ type }) => type === 'service').length, 'service')},{' '}
              {plural(data.edges.length, 'connection')}
              {data.left_out > 0 && `; ${plural(data.left_out, 'more node')} asked too rarely to be shown`}
            </p>
            <ul class="map-key" aria-label="What the lines mean">
              <li class="map-key-call">call</li>
              <li class="map-key-message">message</li>
              <li class="map-key-failed">failures</li>
            </ul>
            <div class="map-views" role="group" aria-label="Show as">
              <Button icon="map" pressed={view === 'map'} onClick={() => show('map')}>
                Map
              </Button>
              <Button icon="logs" pressed={view === 'list'} onClick={() => show('list')}>
                List
              </Button>
            </div>
          </div>
          {data.edges.length === 0 && <OnlyOne />}
          {view === 'map' ? <Graph map={data} /> : <Connections map={data} narrow={narrow} />}
        </>
      )}
    </div>
  )
}

/** Either nothing came at all, or not in the chosen time. */
function Nothing() {
  const { data } = useAnswer('/status', {})
  const oldest = data?.signals.spans.oldest_ms ?? null
  if (data === undefined) return <Busy label="Asking what is held" />
  if (oldest === null) return <NoTelemetry />
  return (
    <Empty title="No spans in the chosen time" icon="map">
      <p>The map is drawn from spans that started in the chosen time. Older ones are held.</p>
      <div class="empty-actions">
        <Button icon="clock" onClick={() => setRange({ last: 86_400_000 })}>
          Look at the last day
        </Button>
      </div>
    </Empty>
  )
}

function OnlyOne() {
  return (
    <p class="map-hint">
      No calls between services were seen. An edge appears once a service's spans have their parent in another one: both
      send here, and the call carries <code>traceparent</code>.
    </p>
  )
}

function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches)
  useEffect(() => {
    const media = matchMedia(NARROW)
    const change = (): void => setNarrow(media.matches)
    media.addEventListener('change', change)
    return () => media.removeEventListener('change', change)
  }, [])
  return narrow
}
