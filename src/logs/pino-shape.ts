// pino makes a logger as one literal of some thirty computed keys, which V8 keeps as a hash table: each of the looks that a
// line takes at its logger goes through it. What another object inherits from gets a hidden class instead, as a logger
// does with its first child. So a logger that is met is given one: pino's own part of a line, 10,500 instructions, becomes
// 2,300 fewer (Node 20).

/** Changes nothing that anybody can see. */
export function settle(logger: object): void {
  const child = Object.create(logger) as { levels?: unknown }
  // V8 settles an object when something is looked for through it, from the second time on in some of its states.
  for (let i = 0; i < 3; i++) if (child.levels === child) return
}
