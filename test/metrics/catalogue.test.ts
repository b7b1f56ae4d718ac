import { expect, test } from 'vitest'
import { ALIASES, NAMES, type Name } from '../../src/model/names.ts'

const GROUPS: readonly [string, readonly string[]][] = [
  ['HTTP', ['http']],
  ['Application', ['app', 'uptime', 'logs']],
  ['Databases and key-value stores', ['database']],
  ['Process', ['process']],
  ['Runtime', ['runtime']],
  ['Telemetry about telemetry', ['otel.sdk', 'telltale']],
]

function page(): string {
  const rows = Object.values(NAMES) as Name[]
  const out = [
    '# Metrics',
    '',
    'Every metric that Telltale emits. Written from `src/model/names.ts`; a test compares the two (`npx vitest run test/metrics -u` writes it anew).',
    '',
    'Counters and histograms live in memory and restart at 0 with the process. `rate()` and `increase()` absorb that; never alert on a raw counter.',
    'Scrape every replica by itself: through one load-balanced address counters seem to jump back. A fleet’s p95 is',
    '`histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))`.',
    '',
    'Prometheus shows the short names (`prometheus.naming: semconv` shows the translated OpenTelemetry names); OTLP sends the OpenTelemetry names.',
    'Both are read from the same series. In Prometheus every series also carries `service`. No metric carries a tenant.',
    'Bounds of OpenMetrics buckets are written `le="1.0"`, those of text 0.0.4 `le="1"`: do not mix the two formats for one job.',
    '',
    'Label sets beyond `metrics.limits.series` of a metric are counted together in a series with the label `otel_metric_overflow="true"`,',
    'and how many went there in `telltale_metrics_overflow_total`. What was refused (another label set, a negative or non-finite value, another kind) is in',
    '`telltale_metrics_rejected_total`. A histogram takes no negative values.',
    '',
    `Second spellings, shown where the configuration mentions them: ${Object.entries(ALIASES)
      .map(([alias, name]) => `\`${alias}\` for \`${name}\``)
      .join(', ')}.`,
  ]
  for (const [title, groups] of GROUPS) {
    out.push(
      '',
      `## ${title}`,
      '',
      '| Prometheus | OpenTelemetry | type | unit | labels | |',
      '|---|---|---|---|---|---|',
    )
    for (const row of rows.filter(({ group }) => groups.includes(group))) {
      const labels = row.labels.map(({ short }) => `\`${short}\``).join(', ')
      const short = row.only === 'semconv' ? '' : `\`${row.short}\`${row.namespaced ? ' ¹' : ''}`
      const otel = row.otel === '' ? '' : `\`${row.otel}\``
      const note = row.exempt === undefined ? '' : ` Exempt from the naming rules: ${row.exempt}.`
      const count = row.countOf === undefined ? '' : ` The count of \`${row.countOf}\`.`
      out.push(`| ${short} | ${otel} | ${row.type} | ${row.unit} | ${labels} | ${row.help}${count}${note} |`)
    }
  }
  out.push('', '¹ takes `metrics.namespace` as a prefix.', '')
  return out.join('\n')
}

test('the catalogue page is written from the table, and says what a restart does to counters [H-16]', async () => {
  expect(page()).toContain('`rate()` and `increase()` absorb that')
  await expect(page()).toMatchFileSnapshot('../../docs/reference/metrics.md')
})

test('every group of the table is on the page', () => {
  const shown = new Set(GROUPS.flatMap(([, groups]) => groups))
  expect((Object.values(NAMES) as Name[]).filter(({ group }) => !shown.has(group))).toEqual([])
})
