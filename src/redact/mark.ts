/** What stands where a secret stood; within URLs it is `REDACTED`, as the semantic conventions have it. */
export const REDACTED = '[REDACTED]'
