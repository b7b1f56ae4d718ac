// The floor of a row: what no telemetry of this driver can save. Somebody listens to the channels on which the driver
// announces its operations, and does nothing; a driver whose messages must carry a trace adds a header in its `open`, for the
// variant `floor`, and makes nothing of it.
const { subscribe, tracingChannel } = require('node:diagnostics_channel')
const { within } = require('./bare.cjs')

const nothing = () => {}

exports.begin = async ({ channels = [], plainChannels = {} }) => {
  const deaf = { start: nothing, end: nothing, asyncStart: nothing, asyncEnd: nothing, error: nothing }
  for (const name of channels) tracingChannel(name).subscribe(deaf)
  for (const [name, hear] of Object.entries(plainChannels)) subscribe(name, hear)
  return { within, flush: async () => {}, counted: () => null }
}
