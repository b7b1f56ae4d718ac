export { CLEAN, SCAN, SECRET, URL_VALUE, type Verdict } from './redact/key.ts'
export { REDACTED } from './redact/mark.ts'
export {
  judgeKey,
  type RedactOptions,
  Redactor,
  redactLog,
  redactSpan,
  redactText,
  redactUrl,
  redactValue,
} from './redact/redact.ts'
