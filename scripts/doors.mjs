// The doors are the files `src/*.ts`: what people import by a name of the package. This module knows their names and the
// `exports` of package.json that follow from them; run as a program it writes those into package.json.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = new URL('../', import.meta.url)

/** Files `src/*.ts` that are programs, not doors. */
const PROGRAMS = ['cli', 'last']

/** Names of the entry files in `src`, sorted, without their ending. */
export function entries(root = ROOT) {
  return readdirSync(new URL('src/', root))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.gen.ts'))
    .map((file) => file.slice(0, -3))
    .sort()
}

/** Names of the doors, sorted. */
export function doors(root = ROOT) {
  return entries(root).filter((name) => !PROGRAMS.includes(name))
}

/** The value of `exports` in package.json. Conditions are ordered: `types` must come first in each branch. */
export function exportsMap(names = doors()) {
  const map = {}
  for (const name of names) {
    const branch = (format) => ({ types: `./dist/${format}/${name}.d.ts`, default: `./dist/${format}/${name}.js` })
    map[name === 'index' ? '.' : `./${name}`] = { import: branch('esm'), require: branch('cjs') }
  }
  map['./schema'] = './schema/telltale.schema.json'
  map['./package.json'] = './package.json'
  return map
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = new URL('package.json', ROOT)
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  const map = exportsMap()
  const next = {}
  for (const [key, value] of Object.entries(manifest)) {
    if (key === 'exports') continue
    next[key] = value
    if (key === 'type') next.exports = map
  }
  writeFileSync(file, `${JSON.stringify(next, null, 2)}\n`)
}
