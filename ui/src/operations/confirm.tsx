// Before something is changed for real: what will happen, in words, and what came of it where it did not.
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Problem } from '../api/client.ts'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import './confirm.css'

interface ConfirmProps {
  readonly title: string
  readonly children: ComponentChildren
  /** What the button says: `Discard`. */
  readonly verb: string
  /** What is lost is lost. */
  readonly grave?: boolean
  /** Throws a Problem. */
  run(): Promise<void>
  close(): void
}

export function Confirm({ title, children, verb, grave = false, run, close }: ConfirmProps) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const go = async (): Promise<void> => {
    setBusy(true)
    setProblem(null)
    try {
      await run()
      close()
    } catch (error) {
      setProblem(problemText(error))
      setBusy(false)
    }
  }
  return (
    <Dialog label={title} class="confirm" close={close}>
      <h2>{title}</h2>
      <div class="confirm-words">{children}</div>
      {problem !== null && (
        <p class="confirm-wrong" role="alert">
          <Icon name="alert" size={14} />
          <span>{problem}</span>
        </p>
      )}
      <div class="confirm-deeds">
        <Button onClick={close}>Cancel</Button>
        <Button kind="strong" class={grave ? 'button-grave' : ''} disabled={busy} onClick={() => void go()}>
          {verb}
        </Button>
      </div>
    </Dialog>
  )
}

const WORDS: Readonly<Record<number, string>> = {
  403: 'It is not allowed',
  404: 'It is not there any more',
  409: 'It is in the way of something else',
  429: 'Too much was asked for',
  503: 'It is not available now',
}

/** What went wrong, with the reason that the service gave. */
export function problemText(error: unknown): string {
  if (!(error instanceof Problem)) return String(error)
  const words = WORDS[error.status]
  return words === undefined ? error.message : `${words}: ${error.message}`
}
