// A child process that answers questions over IPC, and is ended by its own handle.
import { fork } from 'node:child_process'
import { once } from 'node:events'

export class Peer {
  #child
  #next = 0
  #waiting = new Map()

  static async start(file, args = [], { node = process.execPath, env = {}, execArgv = [] } = {}) {
    const peer = new Peer()
    const child = fork(file, args, { execPath: node, execArgv, env: { ...process.env, NODE_OPTIONS: '', ...env } })
    peer.#child = child
    peer.exited = once(child, 'exit').then(([code, signal]) => {
      for (const { reject } of peer.#waiting.values())
        reject(new Error(`${file} ${args.join(' ')} ended: ${code ?? signal}`))
      peer.#waiting.clear()
    })
    const ready = await new Promise((resolve, reject) => {
      child.once('message', (message) => resolve(message.ready))
      child.once('exit', (code) =>
        reject(new Error(`${file} ${args.join(' ')} ended with ${code} before it was ready`)),
      )
      child.once('error', reject)
    })
    child.on('message', ({ id, answer }) => {
      peer.#waiting.get(id)?.resolve(answer)
      peer.#waiting.delete(id)
    })
    return Object.assign(peer, { pid: child.pid }, ready)
  }

  ask(ask, detail) {
    const id = this.#next++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#child.send({ id, ask, detail })
    })
  }

  async stop() {
    if (this.#child.connected) this.#child.send({ ask: 'quit' })
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 3000)
    await this.exited
    clearTimeout(timer)
  }
}
