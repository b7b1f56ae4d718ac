// What is known about one thing, beside the list that it is in; on a phone it lies over it.
import type { ComponentChildren } from 'preact'
import { useKeys } from '../shell/keys.ts'
import { Button } from './button.tsx'
import './sheet.css'

interface DetailsProps {
  readonly label: string
  readonly title: ComponentChildren
  readonly children: ComponentChildren
  close(): void
}

export function Details({ label, title, children, close }: DetailsProps) {
  useKeys('Details', [{ keys: 'Escape', does: 'Close the details', run: close }])
  return (
    <aside class="sheet" aria-label={label}>
      <header class="sheet-head">
        <h2>{title}</h2>
        <Button kind="quiet" icon="close" label="Close the details" onClick={close} />
      </header>
      <div class="sheet-body" tabIndex={0} role="group" aria-label={`${label}, all of it`}>
        {children}
      </div>
    </aside>
  )
}
