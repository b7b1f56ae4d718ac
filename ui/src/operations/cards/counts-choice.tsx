// How many days are looked at: one choice for the cards of records. And what they say while there are none.
import type { ResourceCounts } from '../../../../src/inventory/counts.ts'
import { query } from '../../shell/place.ts'
import { Unset } from '../card.tsx'
import { type Figure, useFigure } from '../figure.ts'
import { Choice } from './choice.tsx'
import { DEFAULT_DAYS, daysOf, SPANS } from './counts-series.ts'

/** Counts are kept by the service for about as long. */
export const EVERY_MS = 60_000

const OPTIONS = SPANS.map((days) => ({ value: String(days), title: `${days}d`, help: `The last ${days} days` }))

export const useDays = (): number => daysOf(query('days'))

export function DaysChoice() {
  return <Choice label="Days" name="days" value={String(useDays())} preset={String(DEFAULT_DAYS)} options={OPTIONS} />
}

/** Types that were chosen; none are the first eight. */
export const typesOf = (): string[] =>
  (query('types') ?? '')
    .split(',')
    .map((type) => type.trim())
    .filter((type) => type !== '')

export function useCounts(): Figure<ResourceCounts> {
  const types = typesOf()
  const asked = new URLSearchParams({ days: String(useDays()), ...(types.length > 0 && { types: types.join(',') }) })
  return useFigure<ResourceCounts>(`/console/metrics/resource-counts?${asked}`, { everyMs: EVERY_MS })
}

/** True once it is known that no record is counted at all. */
export const useNoRecords = (): boolean => useCounts().data?.series.length === 0

export function NoRecords() {
  return (
    <Unset title="No records are counted" yaml={DECLARED}>
      <p>
        Declare the record types of the service, and hand over the client of its database in code:{' '}
        <code>provideInventory(pool)</code> of <code>telltale/inventory</code>.
      </p>
    </Unset>
  )
}

const DECLARED = `console:
  resources:
    - type: Order
      table: orders
      tenant_column: tenant
      history_table: order_history`
