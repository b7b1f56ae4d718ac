// Which Node this is.
import type { Registry } from '../../metrics/registry.ts'
import { NAMES } from '../../model/names.ts'
import type { Part } from './runtime.ts'

export function version(registry: Registry): Part {
  const info = registry.observe(NAMES.nodejs_version_info)
  const [major = '', minor = '', patch = ''] = process.versions.node.split('.')
  return {
    collect() {
      info.observe(1, { version: process.version, major, minor, patch })
    },
  }
}
