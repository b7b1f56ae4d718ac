// The frame around every page: navigation at the side (below, on a phone), a bar with the place, the search and the time,
// and the page itself, which alone scrolls.
import { signal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { useAnswer } from '../api/use-answer.ts'
import { PAGES, pageAt } from '../pages.ts'
import { Button } from '../parts/button.tsx'
import { knowServices } from '../parts/colour.ts'
import { Busy, Empty } from '../parts/empty.tsx'
import { Icon } from '../parts/icon.tsx'
import './app.css'
import { Boundary } from './boundary.tsx'
import { Help } from './help.tsx'
import { capsOf, useKeys } from './keys.ts'
import { Mark } from './mark.tsx'
import { Palette } from './palette.tsx'
import { arrived, go, href, place } from './place.ts'
import { dark, nextTheme } from './theme.ts'
import { ahead, canLive, heldFrom, live, refresh, setLive, shiftRange } from './time.ts'
import { TimePicker, timeOpen } from './time-picker.tsx'
import { ZoneButton } from './zone-button.tsx'

const sheet = signal<'palette' | 'help' | null>(null)

export function App() {
  const found = pageAt(place.value.path)
  const main = useRef<HTMLElement>(null)
  const ready = useServer()
  useKeys('Everywhere', [
    { keys: 'Mod+k', does: 'Search pages, services, trace ids', always: true, run: () => toggle('palette') },
    { keys: '/', does: 'Search', run: () => focusSearch() || toggle('palette') },
    { keys: '?', does: 'This sheet', run: () => toggle('help') },
    ...PAGES.flatMap(({ nav, path }) =>
      nav ? [{ keys: `g ${nav.key}`, does: `Go to ${nav.label}`, run: () => go(path) }] : [],
    ),
    { keys: 't', does: 'Choose the time', run: () => (timeOpen.value = true) },
    { keys: 'p', does: 'Pause or go on live', run: () => canLive.peek() && setLive(!live.peek()) },
    { keys: 'r', does: 'Ask again now', run: refresh },
    { keys: '[', does: 'Earlier', run: () => shiftRange(-1) },
    { keys: ']', does: 'Later', run: () => shiftRange(1) },
    { keys: 'D', does: 'Dark or light', run: nextTheme },
  ])

  const title = found?.page.title(found.params) ?? 'Not found'
  useEffect(() => {
    document.title = `${title} · Telltale`
  }, [title])
  const arrival = arrived.value
  useLayoutEffect(() => {
    if (arrival > 0) main.current?.scrollTo(0, 0)
  }, [arrival])

  const lit = found?.page.under ?? found?.page.path
  const parent = found?.page.under === undefined ? undefined : PAGES.find(({ path }) => path === found.page.under)
  const View = found?.page.view
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <nav class="nav" aria-label="Pages">
        <a class="nav-brand" href={href('/services')} aria-label="Telltale, services">
          <Mark />
          <span class="nav-word">Telltale</span>
        </a>
        {PAGES.map(
          ({ path, nav }) =>
            nav && (
              <a
                key={path}
                class="nav-link"
                href={href(path)}
                aria-current={lit === path ? 'page' : undefined}
                title={`${nav.label}  (g ${nav.key})`}
              >
                <Icon name={nav.icon} size={18} />
                <span class="nav-label">{nav.label}</span>
              </a>
            ),
        )}
        <div class="nav-foot">
          <Button
            kind="quiet"
            icon={dark.value ? 'sun' : 'moon'}
            label={dark.value ? 'Light theme' : 'Dark theme'}
            onClick={nextTheme}
          />
          <Button kind="quiet" icon="help" label="Keyboard shortcuts" onClick={() => toggle('help')} />
        </div>
      </nav>
      <header class="bar">
        <div class="bar-title">
          {parent && (
            <>
              <a class="bar-parent" href={href(parent.path)}>
                {parent.nav?.label}
              </a>
              <span class="bar-step" aria-hidden="true">
                <Icon name="right" size={14} />
              </span>
            </>
          )}
          <h1 class="clip">{title}</h1>
        </div>
        <button type="button" class="bar-search" onClick={() => toggle('palette')}>
          <Icon name="search" />
          <span class="bar-search-words">Search or paste a trace id</span>
          <kbd>{capsOf('Mod+k').flat().join(' ')}</kbd>
        </button>
        {found?.page.still ? <ZoneButton /> : <TimePicker />}
      </header>
      <main ref={main} id="main" class="main" tabIndex={-1} data-scrolls>
        <Boundary key={place.value.path}>
          {!ready ? (
            <Busy label="Asking the hub" />
          ) : View && found ? (
            <View key={place.value.path} params={found.params} />
          ) : (
            <Empty title="There is no such page" icon="map">
              <p>
                Perhaps one of{' '}
                {PAGES.flatMap(({ nav, path }, i) =>
                  nav
                    ? [
                        i > 0 && ', ',
                        <a class="text-link" href={href(path)}>
                          {nav.label}
                        </a>,
                      ]
                    : [],
                )}
                .
              </p>
            </Empty>
          )}
        </Boundary>
      </main>
      {sheet.value === 'palette' && <Palette close={close} />}
      {sheet.value === 'help' && <Help close={close} />}
    </>
  )
}

const close = (): void => {
  sheet.value = null
}
const toggle = (one: 'palette' | 'help'): void => {
  sheet.value = sheet.peek() === one ? null : one
}

/** The search of the page itself comes before the search of everything. */
function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>('main [data-search]')
  field?.focus()
  field?.select()
  return field !== null
}

/** The clock of the hub, and the colours of its services in a fixed order. */
function useServer(): boolean {
  const { data: status, error } = useAnswer('/status', {})
  const services = useAnswer('/services', {}).data
  const { spans, logs } = status?.signals ?? {}
  const oldest = Math.min(spans?.oldest_ms ?? Number.POSITIVE_INFINITY, logs?.oldest_ms ?? Number.POSITIVE_INFINITY)
  useLayoutEffect(() => {
    heldFrom.value = Number.isFinite(oldest) ? oldest : null
  }, [oldest])
  const nearest = useRef(Number.NEGATIVE_INFINITY)
  useEffect(() => {
    if (status === undefined) return
    // An answer that was under way for long looks like a clock that is behind: the quickest one tells most.
    nearest.current = Math.max(nearest.current, status.now_ms - Date.now())
    const off = Math.abs(nearest.current) > 2000 ? nearest.current : 0
    if (Math.abs(off - ahead.peek()) > 500) {
      ahead.value = off
      refresh()
    }
  }, [status])
  if (services !== undefined) knowServices(services.items.map(({ service }) => service))
  return status !== undefined || error !== undefined
}
