// Attribute lists, and the byte caches of what many records share: templates, resources, scopes.
import type { Flat, Resource, Scope } from '../../model/attribute.ts'
import type { Template } from '../../model/span.ts'
import { attributeBound, putAttributes, putString, putVarint, varintSize } from './put.ts'

export function flatBound(flat: Flat): number {
  let bound = 0
  for (let i = 0; i < flat.length; i += 2) bound += attributeBound(flat[i] as string, flat[i + 1])
  return bound
}

/** The attribute fields of `flat` under `tag`, as bytes of their own. */
export function flatBytes(tag: number, flat: Flat): Uint8Array {
  const b = Buffer.allocUnsafeSlow(flatBound(flat))
  return Uint8Array.prototype.slice.call(b, 0, putAttributes(b, 0, tag, flat))
}

/** Tag of Span.attributes. */
export const SPAN_ATTRIBUTE = 0x4a

export function templateBytes(template: Template): Uint8Array {
  template.bytes ??= flatBytes(SPAN_ATTRIBUTE, template.attributes)
  return template.bytes
}

/** Field 1 of ResourceSpans, ResourceMetrics and ResourceLogs: the Resource with tag and length. */
export function resourceBytes(resource: Resource): Uint8Array {
  resource.bytes ??= message(flatBytes(0x0a, resource.attributes))
  return resource.bytes
}

/** Field 1 of ScopeSpans, ScopeMetrics and ScopeLogs: the InstrumentationScope with tag and length. */
export function scopeBytes(scope: Scope): Uint8Array {
  if (scope.bytes !== null) return scope.bytes
  const { attributes } = scope
  const b = Buffer.allocUnsafeSlow(
    3 * (scope.name.length + scope.version.length) + 16 + (attributes === null ? 0 : flatBound(attributes)),
  )
  let p = 0
  if (scope.name !== '') {
    b[p++] = 0x0a
    p = putString(b, p, scope.name)
  }
  if (scope.version !== '') {
    b[p++] = 0x12
    p = putString(b, p, scope.version)
  }
  if (attributes !== null) p = putAttributes(b, p, 0x1a, attributes)
  scope.bytes = message(b.subarray(0, p))
  return scope.bytes
}

/** Field 3 of the same messages; empty when there is none. */
export function schemaUrlBytes(url: string): Uint8Array {
  if (url === '') return EMPTY
  const b = Buffer.allocUnsafeSlow(3 * url.length + 8)
  b[0] = 0x1a
  return b.subarray(0, putString(b, 1, url))
}

export const EMPTY: Uint8Array = new Uint8Array(0)

/** `content` as length-delimited field 1. */
function message(content: Uint8Array): Uint8Array {
  const size = varintSize(content.length)
  const b = Buffer.allocUnsafeSlow(1 + size + content.length)
  b[0] = 0x0a
  b.set(content, putVarint(b, 1, content.length))
  return b
}
