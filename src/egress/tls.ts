// TLS options of an outgoing connection. Verification is on; leaving it out is a choice that must be spelled.
import { readFileSync } from 'node:fs'
import { Fault } from '../base/fault.ts'

/** PEM texts. */
export interface TlsOptions {
  readonly ca?: string | Buffer
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
  /** Accept any certificate. Only from an explicit setting. */
  readonly skipVerify?: boolean
}

/** Reads the files that a configuration names. */
export function readTls(files: { readonly ca?: string; readonly cert?: string; readonly key?: string }): TlsOptions {
  const options: { ca?: Buffer; cert?: Buffer; key?: Buffer } = {}
  for (const name of ['ca', 'cert', 'key'] as const) {
    const file = files[name]
    if (file === undefined) continue
    try {
      options[name] = readFileSync(file)
    } catch (cause) {
      throw new Fault('TLS_FILE', { subject: name, found: file }, { cause })
    }
  }
  return options
}
