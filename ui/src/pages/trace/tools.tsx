import { Button } from '../../parts/button.tsx'
import { plural } from '../../parts/format.ts'
import { Icon } from '../../parts/icon.tsx'
import { query, setQuery } from '../../shell/place.ts'

interface ToolsProps {
  readonly find: string
  readonly found: number
  /** Of the selected among those found; -1 when it is none of them. */
  readonly place: number
  readonly failed: number
  readonly logs: number
  readonly withLogs: boolean
  readonly anyFolded: boolean
  step(by: 1 | -1): void
  nextFailed(): void
  foldAll(): void
}

export function Tools(props: ToolsProps) {
  const { find, found, place, failed, logs, withLogs, anyFolded, step, nextFailed, foldAll } = props
  return (
    <div class="tools">
      <search class="tools-find">
        <Icon name="search" />
        <input
          data-search
          type="text"
          aria-label="Find in this trace"
          placeholder="Find in names, attributes, logs"
          spellcheck={false}
          autocomplete="off"
          value={find}
          onInput={({ currentTarget }) => setQuery({ find: currentTarget.value }, { replace: true })}
          onKeyDown={(event) => {
            if (event.key === 'Enter') step(event.shiftKey ? -1 : 1)
            else if (event.key === 'Escape' && find !== '') setQuery({ find: null }, { replace: true })
            else return
            event.preventDefault()
          }}
        />
        <span class="tools-found num" role="status">
          {find !== '' && (found === 0 ? 'nothing' : `${place < 0 ? '–' : place + 1} of ${found}`)}
        </span>
        <Button kind="quiet" icon="up" label="The one before  (N)" disabled={found === 0} onClick={() => step(-1)} />
        <Button
          kind="quiet"
          icon="down"
          label="Next that is found  (n)"
          disabled={found === 0}
          onClick={() => step(1)}
        />
      </search>
      {failed > 0 && (
        <Button icon="alert" class="tools-failed" onClick={nextFailed}>
          {plural(failed, 'failed', 'failed')}
        </Button>
      )}
      <span class="tools-rest">
        {logs > 0 && (
          <Button
            icon="logs"
            pressed={withLogs}
            onClick={() => setQuery({ logs: withLogs ? '0' : null }, { replace: true })}
          >
            Logs
          </Button>
        )}
        <Button icon={anyFolded ? 'down' : 'right'} onClick={foldAll}>
          {anyFolded ? 'Unfold' : 'Fold'}
        </Button>
        {query('view') !== undefined && (
          <Button icon="out" onClick={() => setQuery({ view: null }, { replace: true })}>
            Whole time
          </Button>
        )}
      </span>
    </div>
  )
}
