import type { PageProps } from '../../pages.ts'

export function Service({ params }: PageProps) {
  return <p>{params['service']}</p>
}
