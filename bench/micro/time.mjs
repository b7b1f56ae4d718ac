/** CPU nanoseconds of this process per operation of `work`, which runs `operations` of them. */
export function cpuTime(operations, work) {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / operations
}

const ROUTES = Array.from({ length: 16 }, (_, i) => `/resource${i}/:id`)

/** One of a few routes: real servers have some, so no library may keep just the last one at hand. */
export const routeOf = (n) => ROUTES[n & 15]
export const ours = () => import('../../dist/esm/metrics.js')
