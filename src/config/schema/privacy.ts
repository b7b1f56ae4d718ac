// The audit trail, and what never leaves the process.
import { choice, count, duration, entry, flag, list, section, text } from './kind.ts'

export const audit = section('The append-only audit trail.', {
  enabled: flag('Keeps the trail.', false),
  store: choice(
    'Where: in this process (PGlite, or node:sqlite where Node has it), or PostgreSQL.',
    ['embedded', 'postgresql'],
    {
      default: 'embedded',
    },
  ),
  path: text(
    'File (node:sqlite) or folder (PGlite) of the embedded trail, from the folder of the configuration. Left out: it is held in memory.',
    { as: 'word' },
  ),
  url_env: text('Variable that holds the URL of the PostgreSQL database.', { as: 'variable', default: 'DATABASE_URL' }),
  table: text('Table of the trail in PostgreSQL.', { as: 'table', default: 'telltale_audit' }),
  retention: duration('Age at which `telltale audit prune` removes rows; a service removes none.', {
    default: '365d',
    max: '36500d',
  }),
})

export const redact = section('Values that are replaced by `[REDACTED]` before anything leaves the process.', {
  keys: list('Keys to redact besides the built-in ones.', text('A key.', { as: 'word', required: true })),
  allow: list('Built-in keys that may be shown.', text('A key.', { as: 'word', required: true })),
  emails: flag('Also looks for e-mail addresses inside values.', false),
  patterns: list(
    'Patterns to look for inside values besides the built-in ones, at most 32.',
    entry('A pattern.', {
      name: text('Name of the pattern, as `telltale redact` and faults say it.', { as: 'word', required: true }),
      pattern: text(
        'Regular expression of JavaScript with the flag u, at most 256 characters. One that a hostile text could keep busy is a fault: no references back, no looking around, no repeats within repeats.',
        { as: 'word', required: true },
      ),
    }),
  ),
  max_depth: count('Levels of nested values that are looked at.', { min: 1, max: 64, default: 8 }),
})
