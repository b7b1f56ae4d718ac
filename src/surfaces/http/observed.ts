/** On a server that a door was given: the only ones heard when `servers: observed`. */
export const OBSERVED: unique symbol = Symbol.for('telltale.http.observed') as never
