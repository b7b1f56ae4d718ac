// One field and what fits what is written in it: arrows move, Enter chooses, Escape leaves.
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import './chooser.css'
import { Dialog } from './dialog.tsx'
import { Icon } from './icon.tsx'

interface ChooserProps<T> {
  /** Of the dialog. */
  readonly label: string
  /** Begins the ids of its elements. */
  readonly name: string
  /** Of the field, for who hears the page. */
  readonly field: string
  readonly placeholder: string
  readonly text: string
  readonly choices: readonly T[]
  write(text: string): void
  keyOf(choice: T): string
  show(choice: T): ComponentChildren
  /** After the dialog is closed. */
  run(choice: T): void
  close(): void
}

export function Chooser<T>(props: ChooserProps<T>) {
  const { label, name, field, placeholder, text, choices, write, keyOf, show, run, close } = props
  const [at, setAt] = useState(0)
  const place = Math.min(at, choices.length - 1)
  const choose = (choice: T | undefined): void => {
    if (choice === undefined) return
    close()
    run(choice)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setAt((place + 1) % Math.max(1, choices.length))
    else if (event.key === 'ArrowUp') setAt((place - 1 + choices.length) % Math.max(1, choices.length))
    else if (event.key === 'Enter') choose(choices[place])
    else return
    event.preventDefault()
  }
  return (
    <Dialog label={label} class="palette" close={close}>
      <div class="palette-field">
        <Icon name="search" size={18} />
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls={`${name}-choices`}
          aria-activedescendant={place >= 0 ? `${name}-${place}` : undefined}
          aria-label={field}
          placeholder={placeholder}
          spellcheck={false}
          autocomplete="off"
          value={text}
          onInput={({ currentTarget }) => {
            write(currentTarget.value)
            setAt(0)
          }}
          onKeyDown={onKeyDown}
        />
        <kbd>Esc</kbd>
      </div>
      <div id={`${name}-choices`} class="palette-choices" role="listbox" aria-label="Found">
        {choices.map((choice, i) => (
          <div
            key={keyOf(choice)}
            id={`${name}-${i}`}
            role="option"
            aria-selected={i === place}
            class="palette-choice"
            ref={i === place ? inSight : undefined}
            onPointerMove={() => setAt(i)}
            onClick={() => choose(choice)}
          >
            {show(choice)}
          </div>
        ))}
      </div>
    </Dialog>
  )
}

const inSight = (element: HTMLElement | null): void => element?.scrollIntoView({ block: 'nearest' })
