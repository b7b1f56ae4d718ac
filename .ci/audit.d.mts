export interface Exception {
  id: string
  package: string
  reason: string
  until: string
}
export function judge(report: object, ignores: Exception[], today: string): string[]
