// Where what was built of `ui/` lies: beside the folder that the running file is in, whichever of dist/esm and dist/cjs that is.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of the running file: the build puts it in for each format, as neither format knows the other's word for it. */
declare const TELLTALE_FOLDER: string | undefined

/** `dist/panel` or `dist/operations`; null when it was not built. */
export function builtFolder(name: 'panel' | 'operations'): string | null {
  const from = typeof TELLTALE_FOLDER === 'string' ? TELLTALE_FOLDER : undefined
  if (from === undefined) return null
  // dist/esm, or dist/esm/chunk.
  for (const up of ['..', '../..']) {
    const folder = join(from, up, name)
    if (existsSync(join(folder, 'assets'))) return folder
  }
  return null
}
