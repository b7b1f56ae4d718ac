// How a health check calls another service: through egress, so that the endpoint policy holds and the call itself makes
// no telemetry.
import type { Preset } from '../egress/address.ts'
import { request } from '../egress/caller.ts'
import { allow } from '../egress/target.ts'

type Probe = (url: string, options: { signal: AbortSignal; timeoutMs: number }) => Promise<{ status: number }>

export function probe(preset: Preset): Probe {
  return (url, { timeoutMs }) => request(allow(url, preset), { timeoutMs, background: true })
}
