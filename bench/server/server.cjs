// One server under test, a process that stays up: `server.cjs FRAMEWORK VARIANT`. CommonJS, because that is where the
// rival's module hooks work best. Speaks with the harness over IPC: usage, flush, quit.
const [framework, variant] = process.argv.slice(2)

async function main() {
  const { begin } = require(`./${variant}.cjs`)
  const { flush, middleware, console: address } = await begin(framework)
  const { listen } = require(`./${framework}-app.cjs`)
  const port = await listen(middleware)
  const answers = {
    usage: () => ({ cpu: process.cpuUsage(), rss: process.memoryUsage().rss }),
    flush: async () => {
      await flush?.()
      return answers.usage()
    },
  }
  // The harness is gone: nobody else would end this process.
  process.on('disconnect', () => process.exit(0))
  process.on('message', async ({ id, ask }) => {
    if (ask === 'quit') process.exit(0)
    process.send({ id, answer: await answers[ask]() })
  })
  process.send({ ready: { port, pid: process.pid, console: address } })
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
