// What is looked for: one field that suggests what there is, and a chip for each filter that is set. All of it is in the
// URL, under the names that the API has for it.
import { useMemo, useRef, useState } from 'preact/hooks'
import type { Facet } from '../../../src/store/answers.ts'
import { useAnswer } from '../api/use-answer.ts'
import { place, query, queryAll, setQuery } from '../shell/place.ts'
import type { Droppable } from './empty.tsx'
import './filters.css'
import { countText } from './format.ts'
import { Icon } from './icon.tsx'
import { type Suggestion, suggestionsFor } from './suggestions.ts'

export interface FilterField {
  /** Name in the URL and in the API. */
  readonly name: string
  /** In words: `Service`. */
  readonly title: string
  /** Between title and value on the chip; default `is`. */
  readonly verb?: string
  /** Several may be set: the attribute conditions. */
  readonly many?: boolean
  /** What is typed and fits nothing else becomes this one's value. */
  readonly free?: boolean
  /** A number of milliseconds: `> 250ms` sets the one with `sign` `>`. */
  readonly sign?: '>' | '<'
  /** Key of the facet whose values it offers; default its name. */
  readonly facet?: string
  /** Values that are offered without a facet. */
  readonly values?: readonly string[]
}

interface FiltersProps {
  readonly label: string
  readonly fields: readonly FilterField[]
  /** Values with counts, by key; a key that is no field is an attribute. */
  readonly facets?: readonly Facet[] | undefined
  /** Whose attributes are offered. */
  readonly signal: 'traces' | 'logs'
  readonly placeholder?: string
}

export function Filters({ label, fields, facets = [], signal, placeholder }: FiltersProps) {
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const [at, setAt] = useState(-1)
  const field = useRef<HTMLInputElement>(null)
  const service = query('service')
  const attributes = useAnswer('/attributes', open ? { signal, service, values: 12 } : null).data?.items
  const all = useMemo(() => suggestionsFor(text, fields, facets, attributes ?? []), [text, fields, facets, attributes])
  const chips = chipsOf(fields)

  const take = (one: Suggestion | undefined): void => {
    if (one === undefined) return
    setAt(-1)
    if (one.begin !== undefined) {
      setText(one.begin)
      field.current?.focus()
      return
    }
    setText('')
    const { name, value } = one.set!
    const many = fields.find((candidate) => candidate.name === name)?.many
    setQuery({ [name]: many ? [...new Set([...queryAll(name), value])] : value })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') {
      setOpen(true)
      setAt(Math.min(all.length - 1, at + 1))
    } else if (event.key === 'ArrowUp') setAt(Math.max(-1, at - 1))
    else if (event.key === 'Enter') take(all[at] ?? (text.trim() === '' ? undefined : all[0]))
    else if (event.key === 'Escape' && (open || text !== '')) {
      setText('')
      setOpen(false)
    } else if (event.key === 'Backspace' && text === '' && chips.length > 0) chips[chips.length - 1]!.drop()
    else return
    event.preventDefault()
  }
  const shown = open && all.length > 0
  return (
    <search class="filters" aria-label={label}>
      <div class="filters-field">
        <Icon name="filter" />
        {chips.map(({ label: words, drop }) => (
          <button key={words} type="button" class="chip" onClick={drop} aria-label={`Remove filter: ${words}`}>
            <span class="clip">{words}</span>
            <Icon name="close" size={12} />
          </button>
        ))}
        <input
          ref={field}
          data-search
          type="text"
          role="combobox"
          aria-label={label}
          aria-expanded={shown}
          aria-controls="filters-choices"
          aria-autocomplete="list"
          aria-activedescendant={shown && at >= 0 ? `filters-${at}` : undefined}
          spellcheck={false}
          autocomplete="off"
          placeholder={chips.length === 0 ? placeholder : 'Add a filter'}
          value={text}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value)
            setOpen(true)
            setAt(-1)
          }}
          onFocus={() => setOpen(true)}
          onClick={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
        />
        {chips.length > 1 && (
          <button
            type="button"
            class="filters-clear"
            onClick={() => setQuery(Object.fromEntries(fields.map(({ name }) => [name, null])))}
          >
            Clear
          </button>
        )}
      </div>
      <div id="filters-choices" class="filters-choices" role="listbox" aria-label="Filters" hidden={!shown}>
        {all.map((one, i) => (
          <div
            key={one.id}
            id={`filters-${i}`}
            role="option"
            aria-selected={i === at}
            class="filters-choice"
            // The field keeps the focus.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => take(one)}
          >
            <span class="filters-title">{one.title}</span>
            <span class="clip">{one.text}</span>
            {one.count !== undefined && <span class="filters-count num">{countText(one.count)}</span>}
          </div>
        ))}
      </div>
    </search>
  )
}

/** The filters that are set, each with what lets go of it. */
export function chipsOf(fields: readonly FilterField[]): Droppable[] {
  return fields.flatMap(({ name, title, verb = 'is', many, sign }) => {
    const values = place.value.query.getAll(name)
    return values.map((value) => ({
      label: many ? value : sign === undefined ? `${title} ${verb} ${value}` : `${title} ${sign} ${value} ms`,
      drop: () => setQuery({ [name]: many ? values.filter((one) => one !== value) : null }),
    }))
  })
}
