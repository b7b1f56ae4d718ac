// How far back requests are looked at: one choice for all cards that show them.
import { query } from '../../shell/place.ts'
import { Choice } from './choice.tsx'
import { DEFAULT_WINDOW, WINDOWS, windowOf } from './traffic-series.ts'

const PRESET = WINDOWS.find(({ seconds }) => seconds === DEFAULT_WINDOW)!.label
const OPTIONS = WINDOWS.map(({ label, words }) => ({ value: label, title: label, help: `The last ${words}` }))

export const useWindow = (): (typeof WINDOWS)[number] => windowOf(query('window'))

export function WindowChoice() {
  return <Choice label="Window" name="window" value={useWindow().label} preset={PRESET} options={OPTIONS} />
}
