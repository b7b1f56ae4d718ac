// What tokens must do, as a model that knows nothing of how they are kept: random commands are given to both, and after
// each of them every token that was ever made is tried.
import fc from 'fast-check'
import { expect } from 'vitest'
import type { TokenStore } from '../../../src/access/tokens/store.ts'
import { Tokens } from '../../../src/access/tokens/tokens.ts'
import { faultOf } from './kit.ts'

interface Known {
  readonly id: string
  readonly text: string
  readonly scopes: readonly string[]
  readonly lifeMs: number | null
  readonly expiresAt: number | null
  revoked: boolean
  successor: string | null
  until: number | null
}

class Model {
  now = 1_000_000_000_000
  readonly made: Known[] = []

  says(token: Known): 'ok' | 'invalid' | 'expired' {
    if (token.revoked) return 'invalid'
    if (token.expiresAt !== null && this.now >= token.expiresAt) return 'expired'
    return token.successor === null || (token.until !== null && this.now < token.until) ? 'ok' : 'invalid'
  }
}

interface Real {
  readonly tokens: Tokens
  readonly store: TokenStore
}

type Command = fc.AsyncCommand<Model, Real>

/** What every command ends with: each token that was ever made is what the model says, and the list has each once. */
async function agrees(model: Model, { tokens }: Real): Promise<void> {
  for (const token of model.made) {
    const said = model.says(token)
    const found = await tokens.validate(token.text)
    expect(found.ok ? 'ok' : found.result).toBe(said)
    if (found.ok) expect([found.token.id, found.token.scopes]).toEqual([token.id, token.scopes])
  }
  const list = await tokens.list()
  expect(list.map(({ id }) => id).sort()).toEqual(model.made.map(({ id }) => id).sort())
}

class Generate implements Command {
  readonly scopes: readonly string[]
  readonly lifeMs: number | null
  constructor(scopes: readonly string[], lifeMs: number | null) {
    this.scopes = scopes
    this.lifeMs = lifeMs
  }
  check = () => true
  async run(model: Model, real: Real): Promise<void> {
    const { text, token } = await real.tokens.generate({ scopes: this.scopes, lifeMs: this.lifeMs })
    const expiresAt = this.lifeMs === null ? null : model.now + this.lifeMs
    expect([token.expiresAt, model.made.some((each) => each.text === text)]).toEqual([expiresAt, false])
    const { id, scopes } = token
    model.made.push({ id, text, scopes, lifeMs: this.lifeMs, expiresAt, revoked: false, successor: null, until: null })
    await agrees(model, real)
  }
  toString = () => `generate(${this.scopes}, ${this.lifeMs})`
}

class Rotate implements Command {
  readonly at: number
  readonly overlapMs: number
  constructor(at: number, overlapMs: number) {
    this.at = at
    this.overlapMs = overlapMs
  }
  check = (model: Readonly<Model>) => model.made.length > 0
  async run(model: Model, real: Real): Promise<void> {
    const old = model.made[this.at % model.made.length]!
    const work = real.tokens.rotate(old.id, { overlapMs: this.overlapMs })
    if (old.revoked || old.successor !== null) expect(await faultOf(work)).toContain(`TOKEN_ENDED ${old.id}`)
    else {
      const { text, token } = await work
      expect([token.scopes, text === old.text]).toEqual([old.scopes, false])
      const { id, scopes, expiresAt } = token
      expect(expiresAt).toBe(old.lifeMs === null ? null : model.now + old.lifeMs)
      old.successor = id
      old.until = this.overlapMs > 0 ? model.now + this.overlapMs : null
      model.made.push({ id, text, scopes, lifeMs: old.lifeMs, expiresAt, revoked: false, successor: null, until: null })
    }
    await agrees(model, real)
  }
  toString = () => `rotate(${this.at}, ${this.overlapMs})`
}

class Revoke implements Command {
  readonly at: number
  constructor(at: number) {
    this.at = at
  }
  check = (model: Readonly<Model>) => model.made.length > 0
  async run(model: Model, real: Real): Promise<void> {
    const token = model.made[this.at % model.made.length]!
    expect((await real.tokens.revoke(token.id)).changed).toBe(!token.revoked)
    token.revoked = true
    await agrees(model, real)
  }
  toString = () => `revoke(${this.at})`
}

class Wait implements Command {
  readonly ms: number
  constructor(ms: number) {
    this.ms = ms
  }
  check = () => true
  async run(model: Model, real: Real): Promise<void> {
    model.now += this.ms
    await agrees(model, real)
  }
  toString = () => `wait(${this.ms})`
}

const scopes = fc.uniqueArray(fc.constantFrom('metrics:read', 'scaling:write', 'system/*.rs'), { minLength: 1 })
const span = fc.constantFrom(1000, 2000, 5000, 60_000)
const COMMANDS = [
  fc.tuple(scopes, fc.option(span)).map(([names, lifeMs]) => new Generate(names, lifeMs)),
  fc.tuple(fc.nat(20), fc.constantFrom(0, 0, 1000, 5000)).map(([at, overlap]) => new Rotate(at, overlap)),
  fc.nat(20).map((at) => new Revoke(at)),
  fc.constantFrom(1, 999, 1000, 4000, 30_000).map((ms) => new Wait(ms)),
]

/** `open` gives an empty store each time. */
export async function agreesWithModel(open: () => Promise<TokenStore>, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.commands(COMMANDS, { maxCommands: 12 }), async (commands) => {
      const store = await open()
      const model = new Model()
      try {
        const clock = () => model.now
        await fc.asyncModelRun(() => ({ model, real: { store, tokens: new Tokens(store, { clock }) } }), commands)
      } finally {
        await store.close()
      }
    }),
    { numRuns },
  )
}
