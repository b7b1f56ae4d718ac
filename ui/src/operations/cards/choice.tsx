import { setQuery } from '../../shell/place.ts'

interface ChoiceProps {
  readonly label: string
  /** In the URL; the preset stands there not. */
  readonly name: string
  readonly value: string
  readonly preset: string
  readonly options: readonly { readonly value: string; readonly title: string; readonly help?: string }[]
}

/** One of a few, kept in the URL. */
export function Choice({ label, name, value, preset, options }: ChoiceProps) {
  return (
    <div class="segments op-choice" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          title={option.help}
          onClick={() => setQuery({ [name]: option.value === preset ? null : option.value }, { replace: true })}
        >
          {option.title}
        </button>
      ))}
    </div>
  )
}
