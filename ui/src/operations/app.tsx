// The page: a bar that says which service this is and who looks, and the cards that are open to them.
import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Badge, Button } from '../parts/button.tsx'
import { Busy } from '../parts/empty.tsx'
import { Icon } from '../parts/icon.tsx'
import { Boundary } from '../shell/boundary.tsx'
import { Help } from '../shell/help.tsx'
import { capsOf, useKeys } from '../shell/keys.ts'
import { Mark } from '../shell/mark.tsx'
import { dark, nextTheme } from '../shell/theme.ts'
import { live, setLive, setZone, zone } from '../shell/time.ts'
import { ZoneButton } from '../shell/zone-button.tsx'
import './app.css'
import { Broken, CardPlace } from './card.tsx'
import { CARDS, type CardSpec } from './cards.ts'
import { refreshFigures } from './figure.ts'
import { Find } from './find.tsx'
import { Login } from './login.tsx'
import { Masonry } from './masonry.tsx'
import { enter, entrance, logout, type Session, session } from './session.ts'
import { showCard } from './show-card.ts'
import { useTogether } from './together.ts'

const sheet = signal<'find' | 'help' | null>(null)
const toggle = (one: 'find' | 'help'): void => {
  sheet.value = sheet.peek() === one ? null : one
}
const close = (): void => {
  sheet.value = null
}
const pause = (): void => setLive(!live.peek())
const otherZone = (): void => setZone(zone.peek() === 'utc' ? 'local' : 'utc')

/** The card that was looked at last; it is found again after another login. */
const looked = signal<string | null>(location.hash.slice(1) || null)

export function App() {
  const main = useRef<HTMLElement>(null)
  const at = entrance.value
  const open = session.value
  const cards = open === null ? [] : CARDS.filter(({ tier }) => open.tiers.includes(tier))
  const service = open?.service ?? (at.at === 'login' ? at.service?.service : undefined)
  useKeys('Everywhere', [
    { keys: '?', does: 'This sheet', run: () => toggle('help') },
    { keys: 'p', does: 'Pause or go on', run: pause },
    { keys: 'r', does: 'Ask everything again now', run: () => refreshFigures() },
    { keys: 'z', does: 'Local time or UTC', run: otherZone },
    { keys: 'D', does: 'Dark or light', run: nextTheme },
  ])
  useEffect(() => {
    document.title = service === undefined ? 'Operations · Telltale' : `${service} · Operations`
  }, [service])
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <header class="op-bar">
        <span class="op-brand">
          <Mark />
        </span>
        <h1 class="clip">{service ?? 'Operations'}</h1>
        {open !== null && !open.authentication && (
          <Badge tone="warn" title="Whoever reaches this address sees this page: access.jwt is not configured">
            <Icon name="alert" size={12} />
            <span class="op-open">open: no authentication configured</span>
          </Badge>
        )}
        <div class="op-bar-tools">
          {open !== null && <Tools session={open} />}
          <Button
            kind="quiet"
            icon={dark.value ? 'sun' : 'moon'}
            label={dark.value ? 'Light theme  (D)' : 'Dark theme  (D)'}
            class="op-theme"
            onClick={nextTheme}
          />
          <Button
            kind="quiet"
            icon="help"
            label="Keyboard shortcuts  (?)"
            class="op-help"
            onClick={() => toggle('help')}
          />
        </div>
      </header>
      <main ref={main} id="main" class="op-main" tabIndex={-1} data-scrolls>
        {at.at === 'asking' ? (
          <Busy label="Asking who you are" />
        ) : at.at === 'login' ? (
          <Login service={at.service} reason={at.reason} />
        ) : at.at === 'failed' ? (
          <div class="card op-alone">
            <Broken problem={at.problem} again={() => void enter()} />
          </div>
        ) : (
          <Cards cards={cards} />
        )}
      </main>
      {sheet.value === 'help' && <Help close={close} />}
      {sheet.value === 'find' && <Find cards={cards} close={close} open={showCard} />}
    </>
  )
}

function Tools({ session: { caller, authentication } }: { session: Session }) {
  return (
    <>
      <button
        type="button"
        class="op-find"
        onClick={() => toggle('find')}
        title={`Find a card  (${capsOf('Mod+k').flat().join(' ')})`}
      >
        <Icon name="search" />
        <span class="op-find-words">Find a card</span>
        <kbd>{capsOf('Mod+k').flat().join(' ')}</kbd>
      </button>
      <ZoneButton />
      <button
        type="button"
        class={`op-live${live.value ? ' op-on' : ''}`}
        aria-pressed={live.value}
        title={live.value ? 'Live: pause (p)' : 'Paused: go on (p)'}
        onClick={pause}
      >
        {live.value ? <span class="op-pulse" /> : <Icon name="pause" size={14} />}
        {live.value ? 'Live' : 'Paused'}
      </button>
      <Button kind="quiet" icon="refresh" label="Ask everything again now  (r)" onClick={() => refreshFigures()} />
      {authentication && (
        <Button
          icon="out"
          label={`Log out${caller?.subject ? ` ${caller.subject}` : ''}`}
          class="op-logout"
          onClick={logout}
        >
          <span class="op-who clip">{caller?.subject ?? 'Log out'}</span>
        </Button>
      )}
    </>
  )
}

function Cards({ cards }: { cards: readonly CardSpec[] }) {
  const together = useTogether()
  useKeys('Cards', [
    { keys: 'j', does: 'Next card', run: () => walk(cards, 1) },
    { keys: 'k', does: 'Card before', run: () => walk(cards, -1) },
    { keys: 'Mod+k', does: 'Find a card', always: true, run: () => toggle('find') },
    { keys: '/', does: 'Search', run: () => focusSearch() || toggle('find') },
  ])
  useEffect(() => {
    const before = looked.peek()
    if (together && before !== null) elementOf(before)?.scrollIntoView()
  }, [together])
  return (
    <Masonry of={cards.map(({ id }) => id).join(' ')} shown={together}>
      {cards.map((spec) => (
        <Cell key={spec.id} spec={spec} />
      ))}
    </Masonry>
  )
}

function Cell({ spec }: { spec: CardSpec }) {
  const { id, view: View, wide, height } = spec
  return (
    <div class="masonry-cell" data-wide={wide === true ? 'two' : wide}>
      <section
        id={id}
        class="card op-card"
        tabIndex={-1}
        aria-labelledby={`${id}-title`}
        style={{ '--card-height': `${height}px` }}
        onFocusCapture={() => (looked.value = id)}
      >
        <CardPlace.Provider value={spec}>
          <Boundary what="card">
            <View />
          </Boundary>
        </CardPlace.Provider>
      </section>
    </div>
  )
}

const elementOf = (id: string): HTMLElement | null => document.getElementById(id)

function walk(cards: readonly CardSpec[], by: 1 | -1): void {
  const inside = document.activeElement?.closest('.op-card')?.id
  const place = cards.findIndex(({ id }) => id === inside)
  const next = place < 0 ? (by > 0 ? 0 : cards.length - 1) : place + by
  const card = cards[next]
  if (card !== undefined) showCard(card.id)
}

/** The field that finds traces comes before the one that finds cards. */
function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>('main [data-search]')
  field?.focus()
  field?.select()
  return field !== null
}
