import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import './help.css'
import { capsOf, keyGroups } from './keys.ts'

/** What has the focus knows these by itself. */
const FOCUSED = [
  {
    name: 'In a list or a tree',
    keys: [
      { keys: 'ArrowUp ArrowDown', does: 'Walk, as j and k' },
      { keys: 'ArrowLeft ArrowRight', does: 'Fold and unfold' },
      { keys: 'Home End', does: 'First and last' },
      { keys: 'Enter', does: 'Open' },
    ],
  },
  {
    name: 'In a chart',
    keys: [
      { keys: 'ArrowLeft ArrowRight', does: 'Read values' },
      { keys: 'Shift+ArrowRight', does: 'Choose a time' },
      { keys: 'Enter', does: 'Zoom in, or open' },
    ],
  },
]

/** The keys that are known here and now. */
export function Help({ close }: { close(): void }) {
  return (
    <Dialog label="Keyboard shortcuts" class="help" close={close}>
      <header class="help-head">
        <h2>Keyboard</h2>
        <Button kind="quiet" icon="close" label="Close" onClick={close} />
      </header>
      <div class="help-groups" tabIndex={0} role="group" aria-label="Shortcuts">
        {[...keyGroups.value, ...FOCUSED].map(({ name, keys }) => (
          <section key={name}>
            <h3>{name}</h3>
            <dl>
              {keys.map(({ keys: strokes, does }) => (
                <div key={strokes} class="help-key">
                  <dt>
                    {capsOf(strokes).map((caps, i) => (
                      <span key={`${i}${caps}`}>
                        {i > 0 && /^[a-z] [a-z]$/.test(strokes) && <span class="help-then">then</span>}
                        {caps.map((cap) => (
                          <kbd key={cap}>{cap}</kbd>
                        ))}
                      </span>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
