// Paths that application authentication never applies to. Only a whole path counts: `/Patient/metadata` and
// `/tenant/health` are ordinary paths although they end like an exempt one.

export const EXEMPT_PATHS: readonly string[] = [
  '/metadata',
  '/health',
  '/_liveness',
  '/_readiness',
  '/.well-known/smart-configuration',
  '/$versions',
]

/** True when the path, one trailing slash trimmed, is one of `exempt`. */
export function isExempt(path: string, exempt: readonly string[] = EXEMPT_PATHS): boolean {
  return exempt.includes(trimmed(path))
}

/** Without one trailing slash; `/` stays. */
export function trimmed(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}
