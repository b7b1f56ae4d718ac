// What became of work that answers now or later: one place that tells a value, a promise and a thenable apart.

function isThenable(value: unknown): value is PromiseLike<unknown> {
  try {
    return typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function'
  } catch {
    return false
  }
}

/**
 * Calls `done` or `failed` once, when `result` is there or settles, and returns what the caller shall get: a value and a
 * promise with properties of its own (a child process, a request) as they are, any other promise as one that settles
 * after the call.
 */
export function whenSettled<R>(result: R, done: (value: unknown) => void, failed: (error: unknown) => void): R {
  if (result instanceof Promise && Object.keys(result).length > 0) {
    Promise.prototype.then.call(result, done, failed)
    return result
  }
  if (!isThenable(result)) {
    done(result)
    return result
  }
  // A thenable that is no promise is taken up once; some of them work each time they are asked.
  return Promise.resolve(result as PromiseLike<unknown>).then(
    (value) => {
      done(value)
      return value
    },
    (error: unknown) => {
      failed(error)
      throw error
    },
  ) as R
}

/**
 * Runs `work` and calls `end` once: with the error when it throws or rejects, else when it has returned or settled. Returns
 * what `whenSettled` returns, throws what `work` throws.
 */
export function whenEnded<R>(work: () => R, end: (failed: boolean, error: unknown) => void): R {
  let result: R
  try {
    result = work()
  } catch (error) {
    end(true, error)
    throw error
  }
  return whenSettled(
    result,
    () => end(false, undefined),
    (error) => end(true, error),
  )
}
