// Door `telltale/objectives`: pairs of events that objectives wait for, signals of the watchlist, and what became of both.
export type {
  BurnRate,
  ErrorBudget,
  ObjectiveAnswer,
  ObjectiveStatus,
  ObjectivesAnswer,
  Severity,
  WatchAnswer,
  WatchLevel,
  WatchlistAnswer,
} from './objectives/answer.ts'
export { began, currentObjectives, currentWatchlist, ended, type Since, watch } from './objectives/running.ts'
export type { ReadSignal } from './objectives/watchlist.ts'
