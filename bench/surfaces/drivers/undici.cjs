/** A trace goes on only in a header: the floor has one that is always the same. */
exports.plainChannels = {
  'undici:request:create': ({ request }) =>
    request.addHeader('traceparent', `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`),
  'undici:request:headers': () => {},
  'undici:request:trailers': () => {},
  'undici:request:error': () => {},
}
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
