// Attributes as they were sent: key, value, and what one does with them.
import type { ComponentChildren } from 'preact'
import type { Attributes } from '../../../src/store/answers.ts'
import './attributes.css'
import { Copy } from './button.tsx'
import { shown } from './format.ts'
import { Icon } from './icon.tsx'

interface AttributesProps {
  readonly label: string
  readonly attributes: Attributes
  /** Where one finds others with the same value. */
  find?(condition: string): string
}

type Value = Attributes[string]

/** Longer words without a break take the browser seconds to lay out; Copy has the whole. */
const MOST_KEY = 500

export function AttributeList({ label, attributes, find }: AttributesProps) {
  const rows = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))
  return (
    <dl class="attributes" aria-label={label}>
      {rows.map(([key, value]) => (
        <div key={key} class="attribute">
          <dt>{breakable(shown(key, MOST_KEY))}</dt>
          <dd>
            <ValueText value={value} />
            <span class="attribute-deeds">
              {find !== undefined && isPlain(value) && (
                <a
                  class="button button-quiet button-icon copy"
                  href={find(`${key}=${quoted(String(value))}`)}
                  aria-label={`Find others with ${shown(key, 60)}=${shown(String(value), 60)}`}
                  title="Find others with this"
                >
                  <Icon name="filter" size={14} />
                </a>
              )}
              <Copy text={textOf(value)} label={`Copy ${shown(key, 60)}`} />
            </span>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function ValueText({ value }: { value: Value }) {
  const text = textOf(value)
  const kind = value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value
  if (text.includes('\n') || text.length > 160)
    return (
      <pre class="attribute-long" tabIndex={0} role="group" aria-label="Value">
        {text}
      </pre>
    )
  return <span class={`attribute-value attribute-${kind}`}>{text === '' ? '""' : text}</span>
}

/** Long keys break after their dots. */
const breakable = (key: string): ComponentChildren[] =>
  key.split(/(?<=[._])/).map((part, i) => (i === 0 ? part : [<wbr key={i} />, part]))

const isPlain = (value: Value): boolean => ['string', 'number', 'boolean'].includes(typeof value)
const textOf = (value: Value): string =>
  typeof value === 'string' ? value : JSON.stringify(value, null, typeof value === 'object' ? 1 : 0)
const quoted = (text: string): string => (/^\s|\s$|^"/.test(text) ? `"${text}"` : text)
