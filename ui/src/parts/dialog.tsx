// A sheet over the page: the browser's own dialog, which keeps the focus inside and gives it back.
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import './dialog.css'

interface DialogProps {
  readonly label: string
  readonly class?: string
  readonly children: ComponentChildren
  close(): void
}

export function Dialog({ label, class: more = '', children, close }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  // Before the next key is heard: what is typed right after the sheet is called goes into it.
  useLayoutEffect(() => {
    const before = document.activeElement
    dialog.current?.showModal()
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      class={`dialog ${more}`}
      aria-label={label}
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) close()
      }}
    >
      <div class="dialog-body">{children}</div>
    </dialog>
  )
}
