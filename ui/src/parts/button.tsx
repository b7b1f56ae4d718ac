import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import './button.css'
import type { Tone } from './colour.ts'
import { Icon, type IconName } from './icon.tsx'

interface ButtonProps {
  readonly children?: ComponentChildren
  readonly icon?: IconName
  /** Needed where there is only an icon. */
  readonly label?: string
  readonly kind?: 'plain' | 'strong' | 'quiet'
  readonly pressed?: boolean
  readonly expanded?: boolean
  readonly disabled?: boolean
  readonly class?: string
  onClick?(event: MouseEvent): void
}

export function Button({
  children,
  icon,
  label,
  kind = 'plain',
  pressed,
  expanded,
  class: more,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      class={`button button-${kind}${children === undefined ? ' button-icon' : ''}${more ? ` ${more}` : ''}`}
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      {...rest}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  )
}

export function Copy({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState<boolean | null>(null)
  useEffect(() => {
    if (copied === null) return
    const timer = setTimeout(() => setCopied(null), 1500)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = (): void => {
    void writeText(text).then(setCopied)
  }
  return (
    <>
      <Button
        kind="quiet"
        icon={copied ? 'check' : 'copy'}
        label={label}
        class="copy"
        onClick={(event) => {
          event.stopPropagation()
          copy()
        }}
      />
      <span class="said" role="status">
        {copied === null ? '' : copied ? 'Copied' : 'The browser did not allow it'}
      </span>
    </>
  )
}

/** The clipboard needs a secure origin; over plain HTTP from elsewhere the old way still works. */
async function writeText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    area.className = 'said'
    document.body.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}

export function Badge({
  tone = 'plain',
  children,
  title,
}: {
  tone?: Tone
  children: ComponentChildren
  title?: string
}) {
  return (
    <span class={`badge badge-${tone}`} title={title}>
      {children}
    </span>
  )
}

/** A service's name beside its colour. */
export function Dot({ colour }: { colour: string }) {
  return <span class="dot" style={{ '--dot': colour }} aria-hidden="true" />
}
