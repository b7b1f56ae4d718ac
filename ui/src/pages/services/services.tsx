import type { PageProps } from '../../pages.ts'

export function Services(_: PageProps) {
  return <p>services</p>
}
