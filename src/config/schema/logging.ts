// Log records: level, form, what is added to them, and where they go.
import { otlp, stdout } from './exporter.ts'
import { choice, count, duration, flag, list, number, section, text, variant } from './kind.ts'

export const logging = section('Log records.', {
  level: choice('Lowest level that is recorded.', ['trace', 'debug', 'info', 'warn', 'error'], { default: 'info' }),
  self_level: choice('Lowest level of what telltale says about itself.', ['none', 'error', 'warn', 'info', 'debug'], {
    default: 'warn',
  }),
  format: choice('Form of written lines.', ['json', 'pretty'], { default: 'json' }),
  include_spans: flag('Adds the name of the current span to its trace and span ids.', true),
  include_targets: flag('Adds the name of the logger or module.', true),
  include_thread_ids: flag("Adds the worker's thread id.", false),
  include_line_numbers: flag("Adds the caller's file and line.", false),
  sampling: section('Sampling of records below warn; warnings and errors are never dropped.', {
    enabled: flag('Samples.', false),
    rate: number('Part that is kept.', { min: 0, max: 1, default: 0.1 }),
  }),
  bridges: section('Loggers of the application whose lines get the ids of their trace and become records.', {
    pino: flag('pino 9.8 and later by itself, an older one by `observePino`.', true),
    winston: flag('winston 3, when package.json names it; any other copy by `observeWinston`.', true),
    console: flag(
      '`console.log`, `info`, `debug`, `warn` and `error`: records alone, what is written stays as it is.',
      false,
    ),
  }),
  max_attributes: count('Attributes kept per record.', { default: 128 }),
  max_attribute_length: count('Characters kept of an attribute value; 0 keeps all.', { default: 32_768 }),
  queue_size: count(
    'Records that wait; beyond it the oldest are dropped and counted. Default: 2048 records; encoded already, 64 requests or 16 MiB.',
    { min: 1 },
  ),
  export_batch_size: count('Records per request; more as with spans.', { min: 1, default: 512 }),
  export_delay: duration('How long records wait for company. Default: 2s, in development 200ms.', { min: '0s' }),
  export_timeout: duration('How long one export may take, retries included.', { default: '30s' }),
  sinks: list(
    'Where log records are sent.',
    variant('A sink.', 'type', {
      otlp,
      console: stdout,
      file: {
        path: text('File, relative and inside the working folder.', { as: 'word', required: true }),
        max_size: count('Bytes of one file.', { min: 1, default: 10_485_760 }),
        max_files: count('Files that are kept.', { min: 1, default: 5 }),
      },
      prometheus: {},
    }),
  ),
})
