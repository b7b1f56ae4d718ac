// JSON Schemas (draft 2020-12, as OpenAPI 3.1 has it) of what the console of a service answers, made from the types of the
// answers themselves: what the page is built with, the handlers are checked against and the document says is one thing. It
// reads the part of TypeScript that such types are written in, and throws at anything else.
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

type Schema = { [key: string]: unknown }

const ROOT = fileURLToPath(new URL('../', import.meta.url))

/** A declared type: what it extends, and the tokens of its body. */
interface Declaration {
  readonly file: string
  readonly name: string
  readonly doc: string | undefined
  readonly bases: readonly string[]
  readonly tokens: Token[]
}

interface Token {
  readonly kind: 'word' | 'text' | 'number' | 'doc' | 'sign'
  readonly value: string
}

interface Source {
  readonly declared: Map<string, Declaration>
  /** What a name stands for in another file. */
  readonly imported: Map<string, { readonly file: string; readonly name: string }>
}

const sources = new Map<string, Source>()

function sourceOf(file: string): Source {
  const known = sources.get(file)
  if (known !== undefined) return known
  const text = readFileSync(join(ROOT, file), 'utf8')
  const source: Source = { declared: new Map(), imported: new Map() }
  sources.set(file, source)
  for (const [, names = '', from = ''] of text.matchAll(/^import (?:type )?\{([^}]*)\} from '(\.[^']*)'/gm)) {
    const target = relative(ROOT, join(ROOT, dirname(file), from))
    for (const one of names.split(',')) {
      const [name, alias = name] = one
        .replace(/\btype\b/, '')
        .trim()
        .split(/\s+as\s+/)
      if (name) source.imported.set(alias!, { file: target, name })
    }
  }
  const begin =
    /(?:^\/\*\*((?:[^*]|\*(?!\/))*)\*\/\n)?^(?:export )?(?:interface (\w+)(?: extends ([^{]+))? (?=\{)|type (\w+) =)/gm
  for (const { 0: all, 1: doc, 2: shape, 3: bases = '', 4: alias, index } of text.matchAll(begin)) {
    const name = (shape ?? alias)!
    const tokens = tokensOf(text.slice(index + all.length))
    const extended = bases.split(/,(?![^<]*>)/).map((base) => base.trim())
    source.declared.set(name, { file, name, doc: doc && plain(doc), bases: extended.filter(Boolean), tokens })
  }
  return source
}

const plain = (doc: string): string =>
  doc
    .replace(/^\s*\*? ?/gm, ' ')
    .replace(/\s+/g, ' ')
    .trim()

const TOKEN =
  /\s+|\/\/[^\n]*|(?<doc>\/\*\*(?:[^*]|\*(?!\/))*\*\/)|\/\*(?:[^*]|\*(?!\/))*\*\/|(?<word>[A-Za-z_$][\w$]*)|'(?<text>(?:[^'\\\n]|\\.)*)'|(?<number>-?\d+(?:\.\d+)?)|(?<sign>=>|[{}[\]()<>|&;,:?])/y

/** Up to what is no type: the rest of a file is code. */
function tokensOf(text: string): Token[] {
  const found: Token[] = []
  TOKEN.lastIndex = 0
  let depth = 0
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [kind, value] = Object.entries(match.groups!).find(([, one]) => one !== undefined) ?? []
    if (kind === undefined || value === undefined) continue
    if ('{([<'.includes(value)) depth++
    if ('})]>'.includes(value)) depth--
    if (depth === 0 && kind === 'word' && /^(?:export|function|const|let|class|interface|type|async)$/.test(value))
      break
    found.push({ kind: kind as Token['kind'], value: kind === 'doc' ? plain(value.slice(3, -2)) : value })
  }
  return found
}

interface Shape {
  readonly properties: Record<string, Schema>
  readonly required: string[]
}

export class Answers {
  readonly schemas: Record<string, Schema> = {}
  readonly #read = new Set<string>()

  /** The schema of a declared type, under its name. */
  add(file: string, name: string): void {
    const before = this.schemas[name]
    // What mentions itself is there already.
    this.schemas[name] = before ?? {}
    const schema = this.#schemaOf(this.#find(file, name))
    const isOther = JSON.stringify({ ...before, description: '' }) !== JSON.stringify({ ...schema, description: '' })
    if (before !== undefined && isOther) throw new Error(`two types are called ${name}, one of them in ${file}`)
    this.schemas[name] = before ?? schema
  }

  #schemaOf(declaration: Declaration): Schema {
    const reader = new Reader(this, declaration)
    const isObject = declaration.bases.length > 0 || reader.isObject()
    return {
      description: declaration.doc ?? '',
      ...(isObject ? objectOf(this.shape(declaration)) : reader.type()),
    }
  }

  #find(file: string, name: string): Declaration {
    const { declared, imported } = sourceOf(file)
    const found = declared.get(name)
    if (found !== undefined) return found
    const target = imported.get(name)
    if (target === undefined) throw new Error(`${file} has no type ${name}`)
    return this.#find(target.file, target.name)
  }

  /** All members, those of what it extends first. */
  shape(declaration: Declaration): Shape {
    const all: Shape = { properties: {}, required: [] }
    const bases = declaration.bases.map((base) =>
      new Reader(this, { ...declaration, tokens: tokensOf(base) }).members(),
    )
    for (const { properties, required } of [...bases, new Reader(this, declaration).members()]) {
      Object.assign(all.properties, properties)
      all.required.push(...required.filter((one) => !all.required.includes(one)))
    }
    return all
  }

  shapeOf(file: string, name: string): Shape {
    return this.shape(this.#find(file, name))
  }

  reference(file: string, name: string): Schema {
    const { file: home, name: called } = this.#find(file, name)
    if (!this.#read.has(`${home} ${called}`)) {
      this.#read.add(`${home} ${called}`)
      this.add(home, called)
    }
    return { $ref: `#/components/schemas/${called}` }
  }
}

function objectOf({ properties, required }: Shape): Schema {
  return { type: 'object', properties, required, additionalProperties: false }
}

/** Reads the tokens of one declaration. */
class Reader {
  readonly answers: Answers
  readonly file: string
  readonly name: string
  readonly tokens: Token[]
  at = 0

  constructor(answers: Answers, { file, name, tokens }: Declaration) {
    this.answers = answers
    this.file = file
    this.name = name
    this.tokens = tokens
  }

  isObject(): boolean {
    return this.#sees('{')
  }

  #sees(value: string): boolean {
    const token = this.tokens[this.at]
    return token?.value === value && token.kind !== 'text' && token.kind !== 'doc'
  }

  #takes(value: string): boolean {
    if (!this.#sees(value)) return false
    this.at++
    return true
  }

  #needs(value: string): void {
    if (!this.#takes(value)) this.#fail(`${value} is missing`)
  }

  #fail(what: string): never {
    const near = this.tokens.slice(Math.max(0, this.at - 5), this.at + 5).map(({ value }) => value)
    throw new Error(`${this.file}: ${this.name}: ${what} near ${near.join(' ')}`)
  }

  type(): Schema {
    this.#takes('|')
    const parts = [this.#array()]
    while (this.#takes('|')) parts.push(this.#array())
    return parts.length === 1 ? parts[0]! : unionOf(parts)
  }

  #array(): Schema {
    this.#takes('readonly')
    let schema = this.#single()
    while (this.#takes('[')) {
      this.#needs(']')
      schema = { type: 'array', items: schema }
    }
    return schema
  }

  #single(): Schema {
    const token = this.tokens[this.at]
    if (token === undefined) return this.#fail('a type is missing')
    if (this.#takes('(')) {
      const schema = this.type()
      this.#needs(')')
      return schema
    }
    if (this.#sees('{')) return objectOf(this.members())
    this.at++
    if (token.kind === 'text') return { const: token.value }
    if (token.kind === 'number') return { const: Number(token.value) }
    if (token.kind !== 'word') this.#fail('no type')
    switch (token.value) {
      case 'string':
      case 'number':
      case 'boolean':
      case 'null':
        return { type: token.value }
      case 'true':
      case 'false':
        return { const: token.value === 'true' }
      case 'unknown':
        return {}
      case 'Readonly': {
        this.#needs('<')
        const schema = this.type()
        this.#needs('>')
        return schema
      }
      case 'Record': {
        this.#needs('<')
        const keys = this.type()
        this.#needs(',')
        const value = this.type()
        this.#needs('>')
        if (!Array.isArray(keys['enum'])) return { type: 'object', additionalProperties: value }
        const names = keys['enum'] as string[]
        return objectOf({ properties: Object.fromEntries(names.map((name) => [name, value])), required: names })
      }
      case 'Pick':
      case 'Omit':
        this.at--
        return objectOf(this.#picked())
      default:
        if (this.#sees('[') && this.tokens[this.at + 1]?.kind === 'text') {
          const key = this.tokens[this.at + 1]!.value
          this.at += 2
          this.#needs(']')
          return this.answers.shapeOf(this.file, token.value).properties[key] ?? this.#fail(`no ${key}`)
        }
        return this.answers.reference(this.file, token.value)
    }
  }

  #picked(): Shape {
    const isPick = this.tokens[this.at++]!.value === 'Pick'
    this.#needs('<')
    const { properties, required } = this.answers.shapeOf(this.file, this.tokens[this.at++]!.value)
    this.#needs(',')
    const keys = this.type()
    this.#needs('>')
    const named = new Set('const' in keys ? [keys['const']] : (keys['enum'] as string[]))
    const keep = (name: string) => named.has(name) === isPick
    return {
      properties: Object.fromEntries(Object.entries(properties).filter(([name]) => keep(name))),
      required: required.filter(keep),
    }
  }

  /** Of `{ … }`, of a name, or of a part of one. */
  members(): Shape {
    if (this.#sees('Pick') || this.#sees('Omit')) return this.#picked()
    if (!this.#takes('{')) return this.answers.shapeOf(this.file, this.tokens[this.at]!.value)
    const shape: Shape = { properties: {}, required: [] }
    while (!this.#takes('}')) {
      let doc: string | undefined
      while (this.tokens[this.at]?.kind === 'doc') doc = this.tokens[this.at++]!.value
      this.#takes('readonly')
      const { value: name, kind } = this.tokens[this.at++]!
      if (kind !== 'word' && kind !== 'text') this.#fail('no member')
      const optional = this.#takes('?')
      this.#needs(':')
      const schema = this.type()
      if (!this.#takes(';')) this.#takes(',')
      if (!optional) shape.required.push(name)
      shape.properties[name] = { ...(doc && { description: doc }), ...dated(name, schema) }
    }
    return shape
  }
}

/** A moment is told by its name. */
function dated(name: string, schema: Schema): Schema {
  const isText = schema['type'] === 'string' || (Array.isArray(schema['type']) && schema['type'].includes('string'))
  return isText && /_at$/.test(name) ? { ...schema, format: 'date-time' } : schema
}

function unionOf(parts: readonly Schema[]): Schema {
  const isNull = (part: Schema) => part['type'] === 'null'
  const some = parts.filter((part) => !isNull(part))
  const orNull = some.length < parts.length
  if (some.every((part) => 'const' in part)) {
    const words = some.map((part) => part['const'])
    return { enum: orNull ? [...words, null] : words }
  }
  if (some.length === 1 && typeof some[0]!['type'] === 'string' && orNull)
    return { ...some[0]!, type: [some[0]!['type'], 'null'] }
  if (some.every((part) => typeof part['type'] === 'string' && Object.keys(part).length === 1))
    return { type: parts.map((part) => part['type']) }
  return { anyOf: [...some, ...(orNull ? [{ type: 'null' }] : [])] }
}

/** Where the types of answers and of bodies are declared. */
const FILES = [
  'src/console/session.ts',
  'src/console/figures/uptime.ts',
  'src/console/figures/traffic.ts',
  'src/console/figures/tenants.ts',
  'src/inventory/counts.ts',
  'src/inventory/activity.ts',
  'src/inventory/distribution.ts',
  'src/objectives/answer.ts',
  'src/console/control/answers.ts',
  'src/console/ops/answers.ts',
]

/** Schemas of the types with these names and of all that they mention, by name. */
export function schemasOf(names: readonly string[]): Record<string, Schema> {
  const answers = new Answers()
  for (const name of names) {
    const homes = FILES.filter((file) => sourceOf(file).declared.has(name))
    if (homes.length !== 1) throw new Error(`${name} is declared in ${homes.length} files`)
    answers.add(homes[0]!, name)
  }
  return Object.fromEntries(
    Object.entries(answers.schemas).map(([name, { description, ...rest }]) => [
      name,
      description === '' ? rest : { description, ...rest },
    ]),
  )
}

export function fileOf(schemas: Readonly<Record<string, object>>): string {
  const lines = Object.entries(schemas).map(([name, schema]) => `  ${name}: ${JSON.stringify(schema)},\n`)
  return `// Generated by \`npm run openapi\` from the types of the answers; edit there.\nimport type { JsonSchema } from '../open-api.ts'\n\nexport const SCHEMAS: Readonly<Record<string, JsonSchema>> = {\n${lines.join('')}}\n`
}
