/** Marks requests that we send and servers that are ours: surfaces/http passes them by, so our own traffic makes no telemetry. */
export const OWN_TRAFFIC: unique symbol = Symbol.for('telltale.own') as never
