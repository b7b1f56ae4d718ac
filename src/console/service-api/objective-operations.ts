// What the document says of objectives and of the watchlist.
import type { Operations } from './operation.ts'

export const OBJECTIVE_OPERATIONS: Operations = {
  'GET /admin/ops/objectives': {
    operation: 'getObjectives',
    summary: 'What was promised, whether it is kept, how much of the error budget is spent and how fast it burns.',
    answer: 'ObjectivesAnswer',
  },
  'GET /admin/ops/watchlist': {
    operation: 'getWatchlist',
    summary: 'What is watched, and which level each of it has reached.',
    answer: 'WatchlistAnswer',
  },
}
