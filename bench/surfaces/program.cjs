// One driver under one kind of telemetry, a process that stays up: `program.cjs SUBJECT VARIANT`. CommonJS, because that is
// where the rival's module hooks work best. A pass does its operations inside one span, as the work of one request would,
// and that inside an AsyncLocalStorage of the application in every variant: what is compared is the surface, not the price
// of the first async context of a process.
const { AsyncLocalStorage } = require('node:async_hooks')
const { setImmediate: turn } = require('node:timers/promises')

const [subject, variant] = process.argv.slice(2)
const application = new AsyncLocalStorage()

/** `width` chains of one operation after the other; those that wait for nothing let the event loop turn now and then. */
function chains(one, width) {
  return async (n) => {
    let next = 0
    const chain = async () => {
      while (next < n) {
        await one(next++)
        if (width === 1 && (next & 63) === 0) await turn()
      }
    }
    await Promise.all(Array.from({ length: width }, chain))
  }
}

async function main() {
  const driver = require(`./drivers/${subject}.cjs`)
  const telemetry = await require(`./${variant === 'plain' ? 'ours' : variant}.cjs`).begin(driver, variant)
  const opened = await driver.open({ url: process.env.SERVER, variant, ...telemetry })
  const operate = opened.operate ?? chains(opened.one, opened.width ?? 8)
  const pass = (n) => application.run({ id: 1 }, () => telemetry.within(() => operate(n)))
  const answers = {
    /** CPU of the process in microseconds per operation, the delivery of its telemetry included. */
    async pass(n) {
      const before = process.cpuUsage()
      await pass(n)
      await telemetry.flush()
      const { user, system } = process.cpuUsage(before)
      return (user + system) / n
    },
    /** Operations that our metrics have counted. */
    counted: () => telemetry.counted(),
  }
  // The harness is gone: nobody else would end this process.
  process.on('disconnect', () => process.exit(0))
  process.on('message', async ({ id, ask, detail }) => {
    if (ask === 'quit') process.exit(0)
    process.send({ id, answer: await answers[ask](detail) })
  })
  await telemetry.flush()
  process.send({ ready: { pid: process.pid } })
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
