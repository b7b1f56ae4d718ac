export const EXEMPT: string[]
