// One field that goes to any card.
import { useState } from 'preact/hooks'
import { Dialog } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import '../shell/palette.css'
import type { CardSpec } from './cards.ts'

interface FindProps {
  readonly cards: readonly CardSpec[]
  open(id: string): void
  close(): void
}

export function Find({ cards, open, close }: FindProps) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const found = cards.filter(({ title, id }) => words.every((word) => `${title} ${id}`.toLowerCase().includes(word)))
  const place = Math.min(at, found.length - 1)
  const choose = (spec: CardSpec | undefined): void => {
    if (spec === undefined) return
    close()
    // After the dialog has given the focus back.
    queueMicrotask(() => requestAnimationFrame(() => open(spec.id)))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setAt((place + 1) % Math.max(1, found.length))
    else if (event.key === 'ArrowUp') setAt((place - 1 + found.length) % Math.max(1, found.length))
    else if (event.key === 'Enter') choose(found[place])
    else return
    event.preventDefault()
  }
  return (
    <Dialog label="Find a card" class="palette" close={close}>
      <div class="palette-field">
        <Icon name="search" size={18} />
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="find-choices"
          aria-activedescendant={place >= 0 ? `find-${place}` : undefined}
          aria-label="Find a card"
          placeholder="Go to a card"
          spellcheck={false}
          autocomplete="off"
          value={text}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value)
            setAt(0)
          }}
          onKeyDown={onKeyDown}
        />
        <kbd>Esc</kbd>
      </div>
      <div id="find-choices" class="palette-choices" role="listbox" aria-label="Found">
        {found.map((spec, i) => (
          <div
            key={spec.id}
            id={`find-${i}`}
            role="option"
            aria-selected={i === place}
            class="palette-choice"
            ref={i === place ? inSight : undefined}
            onPointerMove={() => setAt(i)}
            onClick={() => choose(spec)}
          >
            <Icon name="right" />
            <span class="clip">{spec.title}</span>
          </div>
        ))}
      </div>
    </Dialog>
  )
}

const inSight = (element: HTMLElement | null): void => element?.scrollIntoView({ block: 'nearest' })
