// Addresses of the configuration that the operations endpoints call.

/** A host alone is asked by http. */
export function withScheme(url: string): string {
  return /^https?:\/\//i.test(url) ? url : `http://${url}`
}
