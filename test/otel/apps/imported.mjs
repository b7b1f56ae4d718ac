// An application whose library is an ES module: no `require` ever sees it.
import { greet } from 'greeter'

const { contrib, finished } = globalThis.told
console.log(JSON.stringify({ said: greet(), failed: contrib.failed, spans: finished.map((span) => span.name) }))
