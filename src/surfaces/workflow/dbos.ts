// DBOS 5 on PostgreSQL: workflows, steps and queues of the class `DBOS`, and what a `DBOSClient` enqueues. The context
// rides in the attributes of the workflow under one key, so a run in another process, or after the death of this one, finds
// it. Registered functions stay those that the application gave: what we put around them is inside of DBOS's record of them.
import { AsyncResource } from 'node:async_hooks'
import { type Method, plain, replace } from '../../base/client.ts'
import { noticeOnce } from '../../base/notice.ts'
import { seen } from '../../base/seen.ts'
import type { Carrier } from '../../context/carrier.ts'
import { runIn } from '../../context/current.ts'
import { mark, unknownEngine } from './client.ts'
import { type Engine, KEY, nameOf, type Registration, type Status } from './dbos-engine.ts'
import { observeRun, observeStep } from './dbos-function.ts'
import { surface } from './running.ts'
import { startWorkflow } from './start.ts'
import { textOf } from './told.ts'

/** The class `DBOS` or a `DBOSClient`, by shape. */
export type DBOSEngine = object

const ENGINE = 'dbos'

/**
 * Observes the workflows and steps that are registered from now on, and those that are started or enqueued. Returns the
 * same object. Call it before workflows are registered and before `DBOS.launch`.
 */
export function observeDBOS<T extends DBOSEngine>(engine: T): T {
  const { registerWorkflow, listWorkflows, associateFunctionWithInfo, enqueue } = (engine ?? {}) as Record<
    string,
    unknown
  >
  const isClass = [registerWorkflow, listWorkflows, associateFunctionWithInfo].every((it) => typeof it === 'function')
  if (!isClass && typeof enqueue !== 'function') {
    unknownEngine('observeDBOS', 'DBOS or DBOSClient')
    return engine
  }
  if (!mark(engine)) return engine
  seen('dbos')
  if (isClass) observeClass(engine as unknown as Engine & object)
  else {
    for (const name of ['enqueue', 'enqueuePortable']) replace(engine, name, (original) => enqueueing(original, 0))
    for (const name of ['enqueueInTransaction', 'enqueuePortableInTransaction'])
      replace(engine, name, (original) => enqueueing(original, 1))
  }
  return engine
}

/** By the function that the application holds. DBOS knows the class of a method only when it is launched. */
const registered = new WeakMap<object, Registration>()

function observeClass(engine: Engine & object): void {
  // Asked from here, DBOS does not take the question for a step of the workflow that asks.
  const outside = new AsyncResource('telltale.dbos')
  const find = async (id: string): Promise<Status | undefined> => {
    const query = { workflowIDs: [id], loadInput: false, loadOutput: false }
    const [row] = await outside.runInAsyncScope(() => runIn(undefined, () => engine.listWorkflows(query)))
    return row
  }
  const register = (fn: unknown, around: (registration: Registration) => void): void => {
    const registration = registrationOf(engine, fn)
    if (registration === null) return
    registered.set(fn as object, registration)
    // DBOS takes the function that was registered for what registering it gave.
    registered.set(registration.origFunction, registration)
    around(registration)
  }
  const run = (registration: Registration): void => observeRun(engine, registration, find)
  const step = (registration: Registration): void => observeStep(engine, registration)

  for (const [name, around] of [
    ['registerWorkflow', run],
    ['registerStep', step],
  ] as const) {
    replace(engine, name, (original) => {
      return function register_(this: unknown, ...args) {
        const fn = original.apply(this, args)
        register(fn, around)
        return fn
      }
    })
  }
  for (const [name, around] of [
    ['workflow', run],
    ['step', step],
  ] as const) {
    replace(engine, name, (original) => {
      return function decorated(this: unknown, ...args) {
        const decorate = original.apply(this, args) as Method
        return (...about: unknown[]): unknown => {
          const descriptor = decorate(...about)
          register(plain(descriptor)?.['value'], around)
          return descriptor
        }
      }
    })
  }
  replace(engine, 'runStep', (original) => {
    return function runStep(this: unknown, fn, config, ...rest) {
      if (surface() === null || typeof fn !== 'function' || !engine.isInWorkflow())
        return original.call(this, fn, config, ...rest)
      const name = String(plain(config)?.['name'] ?? fn.name)
      const registration = { name, className: '', origFunction: fn as Method }
      observeStep(engine, registration)
      return original.call(this, registration.origFunction, config, ...rest)
    }
  })
  replace(engine, 'startWorkflow', starting)
  replace(engine, 'enqueueWorkflowWithOptions', (original) => enqueueing(original, 0))
  replace(engine, 'enqueueWorkflowWithOptionsPortable', (original) => enqueueing(original, 0))
  // What runs from a queue is no part of whatever launched the engine.
  replace(engine, 'launch', (original) => {
    return function launch(this: unknown, ...args) {
      return runIn(undefined, () => original.apply(this, args))
    }
  })
}

function registrationOf(engine: Engine, fn: unknown): Registration | null {
  try {
    const { registration } = engine.associateFunctionWithInfo('telltale', fn, { name: (fn as Method).name })
    if (registration !== undefined && typeof registration.origFunction === 'function') return registration
  } catch {
    // Said below.
  }
  unknownEngine('observeDBOS', 'version of DBOS that shows what it registered')
  return null
}

/** `DBOS.startWorkflow(target, params)(...args)`, or `.method(...args)` of a class or an instance. */
function starting(original: Method): Method {
  return function startWorkflow_(this: unknown, target, params, ...rest) {
    const inner = original.call(this, target, params, ...rest) as object
    if (surface() === null) return inner
    const start = (name: string, call: (proxy: object) => unknown): unknown => {
      const given = plain(params)
      const queue = textOf(given?.['queueName'])
      const about = { id: textOf(given?.['workflowID']), engine: ENGINE, queue }
      return startWorkflow(name, about, (headers) => {
        const carried = { ...given, workflowAttributes: carrying(given?.['workflowAttributes'], headers) }
        return call(original.call(this, target, carried, ...rest) as object)
      })
    }
    return new Proxy(inner, {
      apply: (_, self, args) =>
        start(nameFor(target, 'workflow'), (proxy) => Reflect.apply(proxy as Method, self, args)),
      get(_, property) {
        const method = Reflect.get(inner, property) as unknown
        if (typeof method !== 'function') return method
        const fn = (target as Record<PropertyKey, unknown>)[property]
        return (...args: unknown[]): unknown =>
          start(nameFor(fn, String(property)), (proxy) => (Reflect.get(proxy, property) as Method)(...args))
      },
    })
  }
}

/** The options of an enqueued workflow are argument number `at`. */
function enqueueing(original: Method, at: number): Method {
  return function enqueue(this: unknown, ...args) {
    const options = plain(args[at])
    if (surface() === null || options === null) return original.apply(this, args)
    const { workflowName, workflowClassName, workflowID, queueName, attributes } = options
    const name = nameOf({ name: String(workflowName), className: textOf(workflowClassName) ?? '' } as Registration)
    return startWorkflow(name, { id: textOf(workflowID), engine: ENGINE, queue: textOf(queueName) }, (headers) => {
      const carried = [...args]
      carried[at] = { ...options, attributes: carrying(attributes, headers) }
      return original.apply(this, carried)
    })
  }
}

/** What is no plain object is for DBOS to refuse. */
function carrying(attributes: unknown, headers: Carrier): unknown {
  if (Object.keys(headers).length === 0) return attributes
  if (attributes === undefined || attributes === null) return { [KEY]: headers }
  const fields = plain(attributes)
  return fields === null ? attributes : { ...fields, [KEY]: headers }
}

function nameFor(fn: unknown, otherwise: string): string {
  if (typeof fn !== 'function') return otherwise
  const registration = registered.get(fn)
  if (registration !== undefined) return nameOf(registration)
  const name = fn.name || otherwise
  const text = `the workflow ${name} was registered before observeDBOS() was called: its runs are not observed`
  noticeOnce(`workflow.early\n${name}`, 'warn', 'workflow.engine', text)
  return name
}
