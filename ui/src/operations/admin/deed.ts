/** What is about to be done. */
export interface Deed {
  readonly title: string
  readonly words: string
  readonly verb: string
  readonly grave?: boolean
  /** What to say when it is done. */
  run(): Promise<string>
}

export const CONTROL = '/admin/ops/control'
