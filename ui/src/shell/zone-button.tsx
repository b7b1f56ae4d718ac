import { Button } from '../parts/button.tsx'
import { zoneText } from '../parts/format.ts'
import { setZone, zone } from './time.ts'

/** In which zone times are written. */
export function ZoneButton() {
  const utc = zone.value === 'utc'
  const shown = utc ? 'UTC' : `Local ${zoneText()}`
  return (
    <Button
      icon="clock"
      label={`${shown}: show ${utc ? 'local time' : 'UTC'} instead`}
      class="zone"
      onClick={() => setZone(utc ? 'local' : 'utc')}
    >
      {shown}
    </Button>
  )
}
