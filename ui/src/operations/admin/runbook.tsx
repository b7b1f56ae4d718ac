import { Icon } from '../../parts/icon.tsx'

interface RunbookProps {
  /** Such as `ops.outbox.relay`, or an address. */
  readonly id: string | null
  readonly url?: string | null
}

const isAddress = (text: string | null | undefined): text is string => /^https?:\/\//i.test(text ?? '')

/** The page that says what to do; its name alone where nobody said where it is. */
export function Runbook({ id, url = null }: RunbookProps) {
  const address = isAddress(url) ? url : isAddress(id) ? id : null
  if (address !== null)
    return (
      <a class="op-link runbook" href={address} target="_blank" rel="noopener noreferrer" title={address}>
        <Icon name="out" size={14} />
        Runbook{id !== null && !isAddress(id) && <code>{id}</code>}
      </a>
    )
  if (id === null) return null
  return (
    <span class="runbook dim" title="Its address is configured in ops.runbooks">
      Runbook <code>{id}</code>
    </span>
  )
}
