// What the tests of this room share: text and variables in, faults or warnings out.
import { Faults } from '../../src/base/fault.ts'
import { type Loaded, loadConfig } from '../../src/config/load.ts'
import { warningText } from '../../src/config/warning.ts'

export function load(text: string, env: NodeJS.ProcessEnv = {}): Loaded {
  return loadConfig({ text, env })
}

/** A file that has a name, so that nothing else is missing. */
export function named(rest: string, env?: NodeJS.ProcessEnv): Loaded {
  return load(`name: shop\n${rest}`, env)
}

/** The lines of all faults; empty when there are none. */
export function faults(text: string, env: NodeJS.ProcessEnv = {}): string[] {
  try {
    load(text, env)
    return []
  } catch (error) {
    if (!(error instanceof Faults)) throw error
    return error.faults.map((fault) => fault.message)
  }
}

export function warnings(loaded: Loaded): string[] {
  return loaded.warnings.map(warningText)
}
