import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Notice, onNotice } from '../../src/base/notice.ts'
import { Lifecycle, STOP } from '../../src/lifecycle/lifecycle.ts'

const said: string[] = []
beforeEach(() => {
  said.length = 0
  onNotice((notice: Notice) => said.push(notice.text))
})
afterEach(() => void onNotice(undefined))

test('groups stop in order whatever the order of registration: drain, producers, metrics, traces, logs, close (ruling 42)', async () => {
  const lifecycle = new Lifecycle()
  const order: string[] = []
  for (const name of ['close', 'logs', 'metrics', 'drain', 'traces', 'producers'] as const)
    lifecycle.onStop(name, STOP[name], async () => {
      await new Promise((resolve) => setImmediate(resolve))
      order.push(name)
    })
  const report = await lifecycle.stop()
  expect(order).toEqual(['drain', 'producers', 'metrics', 'traces', 'logs', 'close'])
  expect(report.map(({ name, outcome }) => [name, outcome])).toEqual(order.map((name) => [name, 'ok']))
})

test('readiness flips before the first stop runs, and comes with begin [H-06]', async () => {
  const lifecycle = new Lifecycle()
  expect(lifecycle.ready).toBe(false)
  lifecycle.begin()
  expect([lifecycle.ready, lifecycle.stopping]).toEqual([true, false])
  let seen: boolean | undefined
  lifecycle.onStop('a', STOP.drain, () => {
    seen = lifecycle.ready
  })
  const stopping = lifecycle.stop()
  expect([lifecycle.ready, lifecycle.stopping]).toEqual([false, true])
  await stopping
  expect(seen).toBe(false)
})

test('a second stop runs nothing again and is the same promise (ruling 42)', async () => {
  const lifecycle = new Lifecycle()
  let runs = 0
  lifecycle.onStop('a', STOP.close, () => void runs++)
  const first = lifecycle.stop()
  expect(lifecycle.stop()).toBe(first)
  await first
  await lifecycle.stop()
  expect(runs).toBe(1)
})

test('what fails or hangs is said, is given up at its own deadline, and does not stop the rest (ruling 42)', async () => {
  const lifecycle = new Lifecycle()
  const deadlines: number[] = []
  lifecycle.onStop('throws', STOP.drain, () => {
    throw new Error('no')
  })
  lifecycle.onStop('rejects', STOP.producers, () => Promise.reject(new Error('nor this')))
  lifecycle.onStop('hangs', STOP.metrics, () => new Promise(() => {}), 20)
  lifecycle.onStop('works', STOP.close, (deadlineMs) => void deadlines.push(deadlineMs), 700)
  const report = await lifecycle.stop()
  expect(report.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['throws', 'failed'],
    ['rejects', 'failed'],
    ['hangs', 'late'],
    ['works', 'ok'],
  ])
  expect(said).toEqual([
    'stopping throws failed: no',
    'stopping rejects failed: nor this',
    'stopping hangs took more than 20 ms and was given up',
  ])
  expect(deadlines).toEqual([700])
})

test('those of one group stop together, so that one slow exporter does not wait for another', async () => {
  const lifecycle = new Lifecycle()
  let running = 0
  let most = 0
  const work = async () => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    running--
  }
  lifecycle.onStop('a', STOP.traces, work)
  lifecycle.onStop('b', STOP.traces, work)
  await lifecycle.stop()
  expect(most).toBe(2)
})

test('what was removed is not stopped; stop, then start, then stop works', async () => {
  const lifecycle = new Lifecycle()
  const order: string[] = []
  lifecycle.onStop('gone', 1, () => order.push('gone'))()
  lifecycle.onStop('first', 1, () => order.push('first'))
  await lifecycle.stop()
  lifecycle.begin()
  lifecycle.onStop('second', 1, () => order.push('second'))
  await lifecycle.stop()
  expect(order).toEqual(['first', 'second'])
})
