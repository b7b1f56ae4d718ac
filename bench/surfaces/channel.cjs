// The floor of drivers that announce their operations: somebody listens to their channel and does nothing.
const { tracingChannel } = require('node:diagnostics_channel')

const nothing = () => {}

exports.begin = async ({ channels }) => {
  const deaf = { start: nothing, end: nothing, asyncStart: nothing, asyncEnd: nothing, error: nothing }
  for (const name of channels) tracingChannel(name).subscribe(deaf)
  return { within: (work) => work(), flush: async () => {}, counted: () => null }
}
