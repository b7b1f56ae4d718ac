// What every service of the program does at its ends: say that it is ready, and close what it opened when it is told to go.
export function serve(ready, closing) {
  process.once('SIGTERM', async () => {
    for (const close of closing) await close()
    process.disconnect?.()
  })
  process.send?.({ ready })
}

/** A free port of loopback for an HTTP server; its URL. */
export async function listen(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${server.address().port}`
}
