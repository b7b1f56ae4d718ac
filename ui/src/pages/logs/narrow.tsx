// What the lines can be narrowed by, with how many there are of each: one step to a service or a level, one step back.
import type { Facet } from '../../../../src/store/answers.ts'
import { Dot } from '../../parts/button.tsx'
import { serviceColour } from '../../parts/colour.ts'
import { countText } from '../../parts/format.ts'
import { hrefHere } from '../../shell/place.ts'
import { LEVELS } from './levels.ts'
import type { LogFilters } from './question.ts'

const SHOWN = 8

interface NarrowProps {
  readonly filters: LogFilters
  readonly facets: readonly Facet[] | undefined
}

export function Narrow({ filters, facets = [] }: NarrowProps) {
  const facet = (key: string): Facet['values'] => facets.find((one) => one.key === key)?.values ?? []
  const levels = new Map(facet('severity').map(({ value, count }) => [value, count]))
  const errors = facet('error.type')
  const events = facet('event_name')
  return (
    <aside class="logs-narrow" aria-label="Narrow">
      <section>
        <h2>Level</h2>
        <ul>
          {LEVELS.filter(({ name }) => levels.has(name)).map(({ name, short, colour }) => (
            <Choice
              key={name}
              chosen={filters.severity === name}
              target={hrefHere({ severity: filters.severity === name ? null : name })}
              colour={colour}
              label={short === '–' ? 'no level' : name}
              hint={short === '–' ? undefined : `${name} and more severe`}
              count={levels.get(name)!}
              still={name === 'unspecified'}
            />
          ))}
        </ul>
      </section>
      <Values title="Service" name="service" values={facet('service')} chosen={filters.service} coloured />
      {errors.length > 0 && <Attribute title="Error type" attribute="error.type" values={errors} filters={filters} />}
      {events.length > 0 && (
        <section>
          <h2>Event</h2>
          <ul>
            {events.slice(0, SHOWN).map(({ value, count }) => (
              <Choice
                key={value}
                chosen={filters.text === value}
                target={hrefHere({ text: filters.text === value ? null : value })}
                label={value}
                count={count}
              />
            ))}
          </ul>
        </section>
      )}
    </aside>
  )
}

interface ValuesProps {
  readonly title: string
  readonly name: string
  readonly values: Facet['values']
  readonly chosen: string | undefined
  readonly coloured?: boolean
}

function Values({ title, name, values, chosen, coloured }: ValuesProps) {
  if (values.length === 0) return null
  return (
    <section>
      <h2>{title}</h2>
      <ul>
        {values.slice(0, SHOWN).map(({ value, count }) => (
          <Choice
            key={value}
            chosen={chosen === value}
            target={hrefHere({ [name]: chosen === value ? null : value })}
            colour={coloured ? serviceColour(value) : undefined}
            label={value}
            count={count}
          />
        ))}
      </ul>
    </section>
  )
}

interface AttributeProps {
  readonly title: string
  readonly attribute: string
  readonly values: Facet['values']
  readonly filters: LogFilters
}

function Attribute({ title, attribute, values, filters }: AttributeProps) {
  const given = filters.attribute ?? []
  return (
    <section>
      <h2>{title}</h2>
      <ul>
        {values.slice(0, SHOWN).map(({ value, count }) => {
          const condition = `${attribute}=${value}`
          const chosen = given.includes(condition)
          return (
            <Choice
              key={value}
              chosen={chosen}
              target={hrefHere({
                attribute: chosen ? given.filter((one) => one !== condition) : [...given, condition],
              })}
              label={value}
              count={count}
            />
          )
        })}
      </ul>
    </section>
  )
}

interface ChoiceProps {
  readonly chosen: boolean
  readonly target: string
  readonly colour?: string
  readonly label: string
  readonly hint?: string
  readonly count: number
  /** Cannot be asked for. */
  readonly still?: boolean
}

function Choice({ chosen, target, colour, label, hint, count, still }: ChoiceProps) {
  const inside = (
    <>
      {colour && <Dot colour={colour} />}
      <span class="clip">{label}</span>
      <span class="logs-choice-count num">{countText(count)}</span>
    </>
  )
  if (still) return <li class="logs-choice logs-choice-still">{inside}</li>
  return (
    <li>
      <a class="logs-choice" href={target} aria-current={chosen ? 'true' : undefined} title={hint}>
        {inside}
      </a>
    </li>
  )
}
