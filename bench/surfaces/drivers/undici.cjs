exports.metric = 'http_client_request_duration_seconds'
exports.rival = () => {
  const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici')
  return [new UndiciInstrumentation()]
}

exports.open = async ({ url }) => ({
  async one(i) {
    const answer = await fetch(`${url}/users/${i & 7}`)
    await answer.arrayBuffer()
  },
})
