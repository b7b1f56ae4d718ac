export function dist(options?: { types?: boolean; panel?: boolean }): Promise<string>
