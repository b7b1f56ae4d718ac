// Door `telltale/sql`: hand over database clients that do not announce their operations themselves.
export { observe, type SqlObserveOptions } from './surfaces/sql/observe.ts'
