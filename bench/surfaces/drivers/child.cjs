// A program started, and waited for. Only this process is measured, not what it starts. Nobody else observes children.
const { spawn } = require('node:child_process')

exports.metric = 'process_started_total'

exports.open = async () => ({
  one: () =>
    new Promise((resolve, reject) => {
      spawn('true', { stdio: 'ignore' }).on('error', reject).on('close', resolve)
    }),
  width: 4,
})
