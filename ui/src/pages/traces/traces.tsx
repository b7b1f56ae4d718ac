import type { PageProps } from '../../pages.ts'

export function Traces(_: PageProps) {
  return <p>traces</p>
}
