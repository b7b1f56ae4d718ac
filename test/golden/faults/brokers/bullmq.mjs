import { Queue, Worker } from 'bullmq'
import { doors } from '../told.mjs'

const { observeBullMQ } = doors.queue
const once = { maxRetriesPerRequest: 0, retryStrategy: () => null }

export async function refused(url) {
  const queue = observeBullMQ(new Queue('work', { connection: { url, ...once } }))
  queue.on('error', () => {})
  await queue.add('job', 'refused').finally(() => queue.disconnect())
}

export async function open(url, { handle, ended, failed }) {
  const queue = observeBullMQ(new Queue('work', { connection: { url, ...once } }))
  const connection = { url, retryStrategy: () => null }
  const worker = observeBullMQ(new Worker('work', (job) => handle(job.data), { connection, concurrency: 4 }))
  queue.on('error', (error) => failed('queue', error))
  worker.on('error', (error) => failed('worker', error))
  worker.on('failed', (job, error) => ended(`failed ${job.data}`, error))
  const gone = new Promise((resolve) => queue.on('ioredis:close', resolve))
  await worker.waitUntilReady()
  return {
    send: (text) => queue.add('job', text),
    lost: () => gone,
    close: async () => {
      await worker.close()
      await queue.disconnect()
    },
  }
}
