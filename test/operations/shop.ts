// The shop of `shop/`, as a process of its own over the built package, and who may look at it.
import { fork } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { SECRET, shared } from '../access/issuer.ts'
import { newFolder } from '../folder.ts'
import { dist } from '../house/dist.ts'

export interface Shop {
  /** The page is at `/console` of it. */
  readonly url: string
  /** So many requests of its customers. */
  asks(count: number): Promise<void>
  /** What is in its tables. */
  ask<T>(what: 'messages' | 'dead'): Promise<T>
}

const undo: (() => unknown)[] = []
afterAll(() => {
  for (const work of undo.splice(0)) work()
})

const PROGRAM = fileURLToPath(new URL('shop/shop.mjs', import.meta.url))

const IN_AN_HOUR = (): number => Math.floor(Date.now() / 1000) + 3600

/** Tokens by role. */
export const tokenOf = {
  tenant: (): string => shared({ sub: 'tom', tenant_id: 'acme', scope: 'user/*.rs', exp: IN_AN_HOUR() }),
  system: (): string => shared({ sub: 'sys', scope: 'system/*.rs', exp: IN_AN_HOUR() }),
  admin: (): string => shared({ sub: 'ada', roles: ['platform_admin'], exp: IN_AN_HOUR() }),
  expired: (): string => shared({ sub: 'ada', roles: ['platform_admin'], exp: IN_AN_HOUR() - 7200 }),
}

export async function openShop(): Promise<Shop> {
  await dist({ panel: true })
  const cwd = newFolder('operations-shop')
  copyFileSync(fileURLToPath(new URL('shop/telltale.yaml', import.meta.url)), join(cwd, 'telltale.yaml'))
  const child = fork(PROGRAM, {
    cwd,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], JWT_SECRET: SECRET },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  undo.push(() => child.kill('SIGKILL'))
  let said = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-20_000)
    })
  }
  const answered = <T>() =>
    new Promise<T>((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the shop ended with ${code}: ${said}`))
      child.once('exit', ended)
      child.once('message', (message) => {
        child.off('exit', ended)
        resolve((message as { done: T }).done)
      })
    })
  const tell = <T>(message: object): Promise<T> => {
    const answer = answered<T>()
    child.send(message)
    return answer
  }
  const { url } = await answered<{ url: string }>()
  return {
    url,
    asks: (count) => tell({ asks: count }),
    ask: (what) => tell({ ask: what }),
  }
}
