// The console: figures about the application's own records and traffic.
import { duration, entry, flag, list, section, text } from './kind.ts'

export const console_ = section('Figures about records and traffic under `/console/metrics`.', {
  enabled: flag('Answers the console endpoints.', true),
  instance: text('Opaque name of this instance on authenticated endpoints.', { as: 'word', default: 'unknown' }),
  reconcile_interval: duration(
    'How long counts of records are good for: who asks meanwhile is given the same. A longer time costs the database less.',
    { default: '30s' },
  ),
  resources: list(
    'Record types of the application.',
    entry('A record type, kept in a SQL `table` or a MongoDB `collection`.', {
      type: text('Name of the record type.', { as: 'word', required: true }),
      table: text('Table with one row per record.', { as: 'identifier' }),
      collection: text('Collection with one document per record.', { as: 'identifier' }),
      tenant_column: text(
        'Column that holds the tenant; of a history too. Without it all records are the default tenant’s.',
        { as: 'identifier' },
      ),
      updated_at: text(
        'Column with the time of the last change. Without it and a history no days are known, only the total.',
        {
          as: 'identifier',
        },
      ),
      deleted_column: text(
        'Column that marks a deleted record: true, a number other than 0, anything else that is not null.',
        { as: 'identifier' },
      ),
      history_table: text(
        'Table or collection with one row per change: `id`, `at`, `op` (`create`, `update`, `delete`).',
        { as: 'identifier' },
      ),
    }),
  ),
})
