// One field that goes to any card.
import { useState } from 'preact/hooks'
import { Chooser } from '../parts/chooser.tsx'
import { Icon } from '../parts/icon.tsx'
import type { CardSpec } from './cards.ts'

interface FindProps {
  readonly cards: readonly CardSpec[]
  open(id: string): void
  close(): void
}

export function Find({ cards, open, close }: FindProps) {
  const [text, setText] = useState('')
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const found = cards.filter(({ title, id }) => words.every((word) => `${title} ${id}`.toLowerCase().includes(word)))
  return (
    <Chooser
      label="Find a card"
      name="find"
      field="Find a card"
      placeholder="Go to a card"
      text={text}
      write={setText}
      choices={found}
      keyOf={({ id }) => id}
      show={({ title }) => (
        <>
          <Icon name="right" />
          <span class="clip">{title}</span>
        </>
      )}
      // After the dialog has given the focus back.
      run={({ id }) => queueMicrotask(() => requestAnimationFrame(() => open(id)))}
      close={close}
    />
  )
}
