export function dist(options?: { types?: boolean }): Promise<string>
