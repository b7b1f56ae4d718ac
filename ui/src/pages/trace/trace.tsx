import type { PageProps } from '../../pages.ts'

export function TracePage({ params }: PageProps) {
  return <p>{params['trace_id']}</p>
}
