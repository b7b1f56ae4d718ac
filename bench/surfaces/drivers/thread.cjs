// A worker thread started, and waited for: what Node spends on the thread itself is in every variant. Nobody else observes
// threads.
exports.metric = 'process_started_total'

exports.open = async () => {
  // Asked for once telemetry runs: a class that was taken before is Node's own.
  const { Worker } = require('node:worker_threads')
  const one = () =>
    new Promise((resolve, reject) => {
      new Worker('', { eval: true }).on('error', reject).on('exit', resolve)
    })
  return { one, width: 2 }
}
