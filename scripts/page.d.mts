export function pageModule(): Promise<string>
