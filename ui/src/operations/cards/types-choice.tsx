// Which record types are shown: those that there are records of are offered, any other that is declared may be typed.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ResourceDistribution } from '../../../../src/inventory/distribution.ts'
import { Button } from '../../parts/button.tsx'
import { countText } from '../../parts/format.ts'
import { setQuery } from '../../shell/place.ts'
import { useFigure } from '../figure.ts'
import { typesOf } from './counts-choice.tsx'

/** As many as the service answers. */
const MOST = 50

/** `preset`: those that are shown while none is chosen. */
export function TypesChoice({ preset }: { preset: readonly string[] }) {
  const [open, setOpen] = useState(false)
  const chosen = typesOf().length > 0
  // What the URL says, not what is answered: another click may come before the answer.
  const shown = chosen ? typesOf() : preset
  const whole = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!open) return
    const elsewhere = ({ target }: Event): void => {
      if (target instanceof Node && !whole.current?.contains(target)) setOpen(false)
    }
    const leave = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return
      event.preventDefault()
      setOpen(false)
      whole.current?.querySelector('button')?.focus()
    }
    const element = whole.current
    element?.addEventListener('keydown', leave)
    document.addEventListener('pointerdown', elsewhere)
    document.addEventListener('focusin', elsewhere)
    return () => {
      element?.removeEventListener('keydown', leave)
      document.removeEventListener('pointerdown', elsewhere)
      document.removeEventListener('focusin', elsewhere)
    }
  }, [open])
  return (
    <div ref={whole} class="types">
      <Button icon="filter" class="op-small" expanded={open} onClick={() => setOpen(!open)}>
        {chosen ? `${shown.length} types` : 'Types'}
      </Button>
      {chosen && (
        <Button kind="quiet" class="op-small" onClick={() => setQuery({ types: null }, { replace: true })}>
          Reset
        </Button>
      )}
      {open && <Offered shown={shown} />}
    </div>
  )
}

function Offered({ shown }: { shown: readonly string[] }) {
  const { data } = useFigure<ResourceDistribution>('/console/metrics/resource-distribution?top=100', { everyMs: null })
  const [text, setText] = useState('')
  const counts = new Map(
    (data?.types ?? []).filter((one) => one.types === undefined).map((one) => [one.resource_type, one.count]),
  )
  const offered = [...new Set([...shown, ...counts.keys()])].sort()
  const choose = (types: readonly string[]): void => {
    setQuery({ types: types.slice(0, MOST).join(',') }, { replace: true })
  }
  const toggle = (type: string): void => {
    choose(shown.includes(type) ? shown.filter((one) => one !== type) : [...shown, type])
  }
  return (
    <form
      class="types-offered"
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() !== '') choose([...new Set([...shown, text.trim()])])
        setText('')
      }}
    >
      <fieldset>
        <legend class="said">Types that are shown</legend>
        {offered.map((type) => (
          <label key={type} class="types-one">
            <input type="checkbox" checked={shown.includes(type)} onChange={() => toggle(type)} />
            <span class="clip">{type}</span>
            <span class="num dim">{countText(counts.get(type) ?? 0)}</span>
          </label>
        ))}
      </fieldset>
      <input
        class="op-field"
        type="text"
        aria-label="Another type"
        placeholder="Another type, and Enter"
        spellcheck={false}
        autocomplete="off"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
    </form>
  )
}
