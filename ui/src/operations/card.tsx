// What every card is: a title, whose numbers these are, how old they are, and its content, or why there is none. A card that
// fails fails alone, and what it knew before stays.
import { type ComponentChildren, createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Problem } from '../api/client.ts'
import { Badge, Button } from '../parts/button.tsx'
import { Busy, Command } from '../parts/empty.tsx'
import { dateTimeText, durationText } from '../parts/format.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { live } from '../shell/time.ts'
import './card.css'
import type { CardSpec } from './cards.ts'
import { seconds } from './clock.tsx'
import type { Figure } from './figure.ts'
import { session } from './session.ts'

/** Which card this is: said by the page, so that a view need not repeat it. */
export const CardPlace = createContext<CardSpec | null>(null)

/** Whose numbers these are: of this process alone, or of the whole service (H-38). */
export type Scope = 'single-instance' | 'cluster'

interface CardProps<T> {
  readonly figure: Figure<T>
  /** Where the answer does not say it itself as `scope`. */
  readonly scope?: Scope | null
  /** Beside the title: the number that matters most, what is counted. */
  note?(data: T): ComponentChildren
  /** At the right of the head: choices and buttons. */
  readonly deeds?: ComponentChildren
  /** What stands there instead where there is nothing to show: mostly an `Unset`. False or null: there is. */
  empty?(data: T): ComponentChildren
  children(data: T): ComponentChildren
}

export function Card<T>({ figure, scope, note, deeds, empty, children }: CardProps<T>) {
  const { data, error, again } = figure
  const nothing = (data !== undefined && empty?.(data)) || null
  return (
    <Frame
      note={data !== undefined && nothing === null ? note?.(data) : undefined}
      deeds={deeds}
      marks={
        <>
          <ScopeMark scope={scope === undefined ? scopeOf(data) : scope} instance={instanceOf(data)} />
          <Freshness figure={figure} />
        </>
      }
    >
      {error !== null && data !== undefined && <Old problem={error} again={again} />}
      {data !== undefined ? (
        (nothing ?? children(data))
      ) : error !== null ? (
        <Broken problem={error} again={again} />
      ) : (
        <Busy label="Asking" />
      )}
    </Frame>
  )
}

interface FrameProps {
  readonly note?: ComponentChildren
  readonly deeds?: ComponentChildren
  readonly marks?: ComponentChildren
  readonly children: ComponentChildren
}

/** A card that shows no figure: a field to search with. */
export function Frame({ note, deeds, marks, children }: FrameProps) {
  const spec = useContext(CardPlace)
  return (
    <>
      <header class="card-head op-head">
        <h2 id={`${spec?.id}-title`} class="op-title">
          {spec?.title}
        </h2>
        {note !== undefined && note !== null && note !== false && <div class="op-note">{note}</div>}
        <div class="op-marks">
          {deeds}
          {marks}
        </div>
      </header>
      <div class="op-body">{children}</div>
    </>
  )
}

function scopeOf(data: unknown): Scope | null {
  const { scope } = (data ?? {}) as { scope?: unknown }
  return scope === 'single-instance' || scope === 'cluster' ? scope : null
}

function instanceOf(data: unknown): string | null {
  const { instance } = (data ?? {}) as { instance?: unknown }
  return typeof instance === 'string' ? instance : (session.value?.instance ?? null)
}

export function ScopeMark({ scope, instance = null }: { scope: Scope | null; instance?: string | null }) {
  if (scope === null) return null
  if (scope === 'cluster')
    return (
      <Badge tone="info" title="All instances of the service together">
        whole service
      </Badge>
    )
  const which = instance === null ? '' : ` (${instance})`
  return <Badge title={`Of this instance${which} alone: others have numbers of their own`}>this instance</Badge>
}

/** How old what is shown is. */
function Freshness({ figure: { at, everyMs, error } }: { figure: Figure<unknown> }) {
  if (at === null) return null
  const age = Math.max(0, Math.floor((seconds.value - at) / 1000))
  const late = everyMs !== null && live.value && (error !== null || age * 1000 > everyMs * 2 + 5000)
  return (
    <time
      class={`op-age num${late ? ' warned' : ''}`}
      dateTime={new Date(at).toISOString()}
      title={`Answered ${dateTimeText(at)}${everyMs === null ? '' : `; asked every ${durationText(everyMs)}`}`}
    >
      {ageText(age)}
    </time>
  )
}

/** Of whole seconds, in one unit: 48 s, 2 min, 5 h, 3 d. */
export function ageText(age: number): string {
  if (age < 60) return `${Math.floor(age)} s`
  if (age < 3600) return `${Math.floor(age / 60)} min`
  return age < 86_400 ? `${Math.floor(age / 3600)} h` : `${Math.floor(age / 86_400)} d`
}

/** What is shown is older than it should be. */
function Old({ problem, again }: { problem: Problem; again(): void }) {
  return (
    <div class="op-old" role="status">
      <Icon name="alert" size={14} />
      <span>{problem.message}</span>
      <Button kind="quiet" icon="refresh" class="op-small" onClick={again}>
        Retry
      </Button>
    </div>
  )
}

const WORDS: Readonly<Record<number, string>> = {
  0: 'No answer',
  403: 'Not allowed',
  404: 'Not there',
  429: 'Too many questions',
  503: 'Not available',
}

export function Broken({ problem, again }: { problem: Problem; again(): void }) {
  return (
    <div class="op-broken">
      <Icon name="alert" size={20} />
      <div role="alert">
        <b>{WORDS[problem.status] ?? 'That could not be answered'}</b>
        <p>{problem.message}</p>
      </div>
      <Button icon="refresh" onClick={again}>
        Retry
      </Button>
    </div>
  )
}

interface UnsetProps {
  readonly title: string
  readonly icon?: IconName
  /** What to write into telltale.yaml so that there is something to show. */
  readonly yaml?: string
  readonly children?: ComponentChildren
}

/** Nothing to show: because nothing is configured, or because all is well. */
export function Unset({ title, icon = 'plus', yaml, children }: UnsetProps) {
  return (
    <div class="op-unset">
      <p class="op-unset-title">
        <Icon name={icon} />
        <b>{title}</b>
      </p>
      {children !== undefined && <div class="op-unset-words">{children}</div>}
      {yaml !== undefined && <Command text={yaml} />}
    </div>
  )
}

/** A number that is not known, and why. */
export function Unknown({ reason }: { reason: string | null | undefined }) {
  return (
    <span class="none op-unknown" title={reason ?? undefined}>
      –{reason ? <span class="said">{reason}</span> : null}
    </span>
  )
}
