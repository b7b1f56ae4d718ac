// The public API report: for each door, the declarations that it exports and all that these mention, without comments, in
// etc/api/<door>.d.ts. A change of the public API is then a change of a checked-in file that a reviewer sees.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { doors } from './doors.mjs'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const NAME = /[A-Za-z_$][\w$]*/g
const DECLARATION =
  /^(?:export )?(?:default )?(?:declare )?(?:abstract )?(?:(?:const|let|var) |function |class |interface |type )([A-Za-z_$][\w$]*)/

function withoutComments(text) {
  return text.replace(/('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '$1')
}

/** Top-level statements of a declaration file: one ends where no bracket is open and the next line starts at column 0. */
function statements(text) {
  const found = []
  let depth = 0
  for (const line of withoutComments(text).split('\n')) {
    if (line.trim() === '') continue
    if (depth === 0 && /^[a-z]/.test(line)) found.push(line)
    else found[found.length - 1] += `\n${line}`
    for (const char of line.replace(/'[^']*'|"[^"]*"|=>/g, '')) {
      if ('({[<'.includes(char)) depth++
      if (')}]>'.includes(char)) depth--
    }
  }
  return found
}

function parse(file, cache) {
  if (cache.has(file)) return cache.get(file)
  const module = { declared: new Map(), from: new Map(), stars: [] }
  cache.set(file, module)
  const target = (spec) => (spec.startsWith('.') ? resolve(dirname(file), spec.replace(/\.ts$/, '.d.ts')) : undefined)
  for (const text of statements(readFileSync(file, 'utf8'))) {
    const named = /^(?:import|export)(?: type)? \{([^}]*)\}(?: from '([^']+)')?/.exec(text)
    const star = /^export \* from '([^']+)'/.exec(text)
    const whole = /^import (?:type )?(?:\* as )?([\w$]+) from '([^']+)'/.exec(text)
    if (star) module.stars.push(target(star[1]))
    else if (whole) module.from.set(whole[1], { file: undefined, name: whole[1], spec: whole[2] })
    else if (named) {
      for (const item of named[1].split(',').map((part) => part.trim().replace(/^type /, ''))) {
        if (item === '') continue
        const [name, alias = name] = item.split(' as ')
        if (named[2])
          module.from.set(alias, { file: target(named[2]), name, spec: named[2], door: text.startsWith('export') })
        else module.from.set(alias, { file: name === alias ? null : file, name, door: true })
      }
    } else {
      const name = DECLARATION.exec(text)?.[1]
      if (!name) continue
      const entry = module.declared.get(name) ?? { texts: [], door: false }
      entry.texts.push(text)
      entry.door ||= text.startsWith('export')
      module.declared.set(name, entry)
    }
  }
  return module
}

/** Where `name` as seen from `file` is declared. */
function find(file, name, cache) {
  const module = parse(file, cache)
  if (module.declared.has(name)) return { file, name }
  const link = module.from.get(name)
  if (link?.file && existsSync(link.file)) return find(link.file, link.name, cache)
  for (const star of module.stars) {
    const found = star && find(star, name, cache)
    if (found) return found
  }
  return undefined
}

function exportedNames(file, cache) {
  const module = parse(file, cache)
  const names = new Set()
  for (const [name, entry] of module.declared) if (entry.door) names.add(name)
  for (const [name, link] of module.from) if (link.door) names.add(name)
  for (const star of module.stars) for (const name of exportedNames(star, cache)) names.add(name)
  return [...names].sort()
}

function report(root, door) {
  const cache = new Map()
  const file = join(root, `${door}.d.ts`)
  const names = exportedNames(file, cache)
  const seen = new Map()
  const queue = names.map((name) => find(file, name, cache)).filter(Boolean)
  for (const place of queue) {
    const key = `${relative(root, place.file)}#${place.name}`
    if (seen.has(key)) continue
    const { texts } = parse(place.file, cache).declared.get(place.name)
    seen.set(key, texts.join('\n').replace(/^export (declare )?/gm, '$1'))
    for (const [name] of texts.join('\n').matchAll(NAME)) {
      const next = name === place.name ? undefined : find(place.file, name, cache)
      if (next) queue.push(next)
    }
  }
  const direct = new Set(
    names
      .map((name) => find(file, name, cache))
      .filter(Boolean)
      .map((p) => p.name),
  )
  const rows = [...seen].sort(([a], [b]) => order(a, direct) - order(b, direct) || (a < b ? -1 : 1))
  const name = door === 'index' ? 'telltale' : `telltale/${door}`
  let body = ''
  let last = ''
  for (const [key, text] of rows) {
    const source = key.split('#')[0].replace(/\.d\.ts$/, '')
    body += `${source === last ? '' : `// ${source}\n`}${text}\n\n`
    last = source
  }
  return `// ${name}: ${names.join(', ')}\n\n${body.trimEnd()}\n`
}

function order(key, direct) {
  return direct.has(key.split('#')[1]) ? 0 : 1
}

/** Door name → text of its report, from declarations compiled now into a folder of its own. */
export function reports() {
  const out = mkdtempSync(join(tmpdir(), 'telltale-api-'))
  try {
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
    const run = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', out], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    if (run.status !== 0) throw new Error(`declarations failed:\n${run.stdout}${run.stderr}`)
    return new Map(doors().map((door) => [door, report(out, door)]))
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(ROOT, 'etc', 'api')
  // First, since what does not compile leaves the last report as it is.
  const texts = reports()
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const [door, text] of texts) writeFileSync(join(folder, `${door}.d.ts`), text)
}
