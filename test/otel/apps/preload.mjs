// `node --import`: everything on before the application's first import, ES modules hooked.
import { createRequire } from 'node:module'

const { begin, loadContrib, plain, span } = createRequire(import.meta.url)(process.env.BUNDLE)
const { finished, registration } = begin(process.cwd())
const contrib = loadContrib(['pg'], { from: process.cwd(), providers: registration, esm: true })
globalThis.told = { contrib, finished, plain, span }
