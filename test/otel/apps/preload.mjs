// `node --import`: everything on before the application's first import, ES modules hooked when asked for.
import { createRequire } from 'node:module'

const { begin, loadContrib } = createRequire(import.meta.url)(process.env.BUNDLE)
const { finished, registration } = begin(process.cwd())
const esm = process.env.ESM === '1'
const contrib = loadContrib(['@acme/instrumentation-greeter'], { from: process.cwd(), providers: registration, esm })
globalThis.told = { contrib, finished }
