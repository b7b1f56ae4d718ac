import { PgBoss } from 'pg-boss'
import { doors } from '../told.mjs'

const { observePgBoss } = doors.queue
const options = { supervise: false, schedule: false }

export async function refused(connectionString) {
  const boss = observePgBoss(new PgBoss({ connectionString, ...options }))
  boss.on('error', () => {})
  await boss.start()
}

export async function open(connectionString, { handle, ended, failed }) {
  const boss = observePgBoss(new PgBoss({ connectionString, ...options }))
  boss.on('error', (error) => failed('boss', error))
  await boss.start()
  await boss.createQueue('work', { retryLimit: 0 })
  const work = async ([job]) => {
    const { text } = job.data
    try {
      await handle(text)
      ended(`handled ${text}`, JSON.stringify(job.data))
    } catch (error) {
      ended(`failed ${text}`, error)
      throw error
    }
  }
  await boss.work('work', { pollingIntervalSeconds: 0.5 }, work)
  return {
    send: (text) => boss.send('work', { text }),
    /** Connections that are idle hear of it one by one. */
    async lost() {
      for (let code; code !== 'ECONNREFUSED'; ) {
        await boss.getQueue('work').catch((error) => {
          code = error.code
        })
      }
    },
    close: () => boss.stop({ graceful: false }),
  }
}
