/** W3C baggage as it travels: members in order of arrival. */
export interface BaggageEntry {
  readonly value: string
  readonly metadata: string
}

export type Baggage = ReadonlyMap<string, BaggageEntry>
