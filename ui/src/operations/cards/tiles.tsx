import type { ComponentChildren } from 'preact'
import './tiles.css'

interface TileProps {
  readonly name: string
  readonly help?: string
  readonly tone?: 'good' | 'warned' | 'bad' | ''
  readonly children: ComponentChildren
  readonly note?: ComponentChildren
}

/** A few numbers side by side, each under its name. */
export function Tiles({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <dl class="tiles" aria-label={label}>
      {children}
    </dl>
  )
}

export function Tile({ name, help, tone = '', children, note }: TileProps) {
  return (
    <div class="tile" title={help}>
      <dt>{name}</dt>
      <dd class={`tile-value num ${tone}`}>{children}</dd>
      {note !== undefined && note !== null && <dd class="tile-note">{note}</dd>}
    </div>
  )
}

interface FillProps {
  readonly label: string
  /** 0 to 1; more is shown as all. */
  readonly share: number
  readonly tone?: 'good' | 'warned' | 'bad' | ''
  readonly text: string
}

/** How full something is. */
export function Fill({ label, share, tone = '', text }: FillProps) {
  const part = Math.max(0, Math.min(1, share))
  return (
    <div
      class={`fill ${tone}`}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(part * 100)}
      aria-valuetext={text}
    >
      {part > 0 && <span style={{ '--part': `${part * 100}%` }} />}
    </div>
  )
}
