// One slot per process: ESM, CommonJS and a second copy of the package share what must exist once
// (the current context, the running instance, the default registry).

const SLOT = Symbol.for('telltale.1')
export const VERSION = '0.1.0'

interface Slot {
  readonly version: string
  readonly parts: Map<string, unknown>
}

function slot(): Slot {
  const held = globalThis as { [SLOT]?: Slot }
  held[SLOT] ??= { version: VERSION, parts: new Map() }
  return held[SLOT]
}

/** The process-wide part called `name`, made by `create` on first use. Call it at module level, not per operation. */
export function shared<T>(name: string, create: () => T): T {
  const { parts } = slot()
  if (!parts.has(name)) parts.set(name, create())
  return parts.get(name) as T
}

/** The version of the copy that was loaded first, when it is not ours: two versions must not share state silently. */
export function otherVersion(): string | undefined {
  const { version } = slot()
  return version === VERSION ? undefined : version
}
