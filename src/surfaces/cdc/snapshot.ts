// The first copy of a table, which a consumer takes by a query of its own before it follows the changes.
import { noticeOnce } from '../../base/notice.ts'
import { fault } from './failure.ts'
import { surface } from './surface.ts'

/** Counts rows of a snapshot that was taken for `slot`: `cdc_changes_total{op="snapshot"}`. Never throws. */
export function snapshotRows(slot: string, count: number): void {
  try {
    if (Number.isInteger(count) && count >= 0) surface()?.slot(String(slot)).changed('snapshot', count)
    else {
      const text = 'snapshotRows() takes a whole number of rows; something else was given and is not counted'
      noticeOnce('cdc.snapshot', 'warn', 'cdc.snapshot', text)
    }
  } catch (error) {
    fault(error)
  }
}
