// The API's TracerProvider: the process's own tracers, so that libraries and `span()` end in one pipeline.
import { type Flat, Scope } from '../model/attribute.ts'
import { tracer } from '../trace/installed.ts'
import type { Tracer } from '../trace/tracer.ts'
import { flatten } from '../trace/value.ts'

export interface ScopeOptions {
  schemaUrl?: string
  attributes?: object
  /** As the logs API calls them. */
  scopeAttributes?: object
}

export class TracerProvider {
  getTracer(name: string, version?: string, options?: ScopeOptions): Tracer {
    return tracer(
      String(name ?? ''),
      String(version ?? ''),
      String(options?.schemaUrl ?? ''),
      attributesOf(options?.attributes),
    )
  }
}

function attributesOf(attributes: object | undefined): Flat | null {
  if (!attributes) return null
  const { flat } = flatten(attributes, 128, Number.POSITIVE_INFINITY)
  return flat.length === 0 ? null : flat
}

/** The scope that a provider's caller names. */
export function scopeOf(name: unknown, version: unknown, options: ScopeOptions | undefined): Scope {
  return new Scope(
    String(name ?? ''),
    String(version ?? ''),
    String(options?.schemaUrl ?? ''),
    attributesOf(options?.attributes ?? options?.scopeAttributes),
  )
}
