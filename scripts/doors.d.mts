export function entries(root?: URL): string[]
export function doors(root?: URL): string[]
export function exportsMap(names?: string[]): Record<string, unknown>
