// A page or a card that breaks says so in its place; the frame around it stays.
import { Component, type ComponentChildren } from 'preact'
import { Button } from '../parts/button.tsx'
import { Empty } from '../parts/empty.tsx'

interface BoundaryProps {
  readonly children: ComponentChildren
  /** What it is around; default the page. */
  readonly what?: string
}

interface State {
  readonly error?: unknown
}

export class Boundary extends Component<BoundaryProps, State> {
  override state: State = {}

  static override getDerivedStateFromError(error: unknown): State {
    return { error }
  }

  override componentDidCatch(error: unknown): void {
    console.error(error)
  }

  override render() {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return (
      <Empty title={`This ${this.props.what ?? 'page'} broke`} icon="alert" tone="error">
        <p role="alert">{error instanceof Error ? error.message : String(error)}</p>
        <div class="empty-actions">
          <Button icon="refresh" onClick={() => this.setState({ error: undefined })}>
            Try again
          </Button>
        </div>
      </Empty>
    )
  }
}
