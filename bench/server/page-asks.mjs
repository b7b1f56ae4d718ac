// What one operations page asks while an administrator looks at all of its cards, and every how many seconds. A test watches
// a real page for two minutes and compares.
export const PAGE_ASKS = {
  '/admin/ops/overview': 5,
  '/admin/ops/control': 5,
  '/admin/ops/runtime': 5,
  '/console/metrics/traffic?window=3600': 5,
  '/admin/ops/objectives': 10,
  '/admin/ops/exporters': 10,
  '/api/v1/admin/telemetry/fleet?range=1h&points=60': 15,
  '/console/metrics/tenants?window=3600': 15,
  '/admin/ops/watchlist': 30,
  '/admin/ops/cardinality?top=10': 30,
  '/admin/ops/instrumentation': 30,
  '/console/metrics/uptime': 60,
  '/console/metrics/activity?days=30': 60,
  '/console/metrics/resource-counts?days=30': 60,
  '/console/metrics/resource-distribution?top=10': 60,
}
