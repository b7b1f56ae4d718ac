interface SelectProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly (readonly [T, string])[]
  set(value: T): void
}

/** One of a few. */
export function Select<T extends string>({ label, value, options, set }: SelectProps<T>) {
  return (
    <select
      class="op-select"
      aria-label={label}
      value={value}
      onChange={({ currentTarget }) => set(currentTarget.value as T)}
    >
      {options.map(([one, words]) => (
        <option key={one} value={one}>
          {words}
        </option>
      ))}
    </select>
  )
}
