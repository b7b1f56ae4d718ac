/** What the floor puts into each message. */
exports.TRACEPARENT = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`

/**
 * A sender that keeps at most `most` messages under way, in the context of the pass, and the receiver's word for each that
 * has arrived. `send` may answer a promise.
 */
exports.conversation = (most, send) => {
  let sent = 0
  let got = 0
  let wake = null
  let done = null
  return {
    async operate(n) {
      sent = got = 0
      const all = new Promise((resolve) => (done = () => got === n && resolve()))
      while (sent < n) {
        if (sent - got >= most) await new Promise((resolve) => (wake = resolve))
        sent++
        await send()
      }
      await all
    },
    arrived() {
      got++
      wake?.()
      wake = null
      done()
    },
  }
}
