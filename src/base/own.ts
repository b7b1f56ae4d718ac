/** Marks requests that we send and servers that are ours: surfaces/http passes them by, so our own traffic makes no telemetry. */
export const OWN_TRAFFIC: unique symbol = Symbol.for('telltale.own') as never

/** How a statement of ours begins: surfaces/sql passes it by, and a person who reads the server's log knows who asked. */
export const OWN_STATEMENT = '/* telltale */'
