// A real browser, driven by the DevTools protocol: for what only a browser can show.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'

const PLACES = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]
export const CHROMIUM = PLACES.find((path) => path !== '' && existsSync(path))

const QUIET =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --hide-scrollbars --remote-debugging-port=0'

export interface Browser {
  /** Refusals of the content security policy, exceptions and errors that pages wrote to the console. */
  readonly complaints: string[]
  go(url: string): Promise<void>
  run<T>(expression: string): Promise<T>
  /** Polls until the expression is true. */
  until(expression: string): Promise<void>
  size(width: number, height: number, dark?: boolean): Promise<void>
  picture(): Promise<Buffer>
  close(): Promise<void>
}

export async function openBrowser(): Promise<Browser> {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-chromium-'))
  const child = spawn(CHROMIUM!, [...QUIET.split(' '), `--user-data-dir=${folder}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  const address = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(said)))
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk
      const match = /DevTools listening on (ws:\S+)/.exec(said)
      if (match) resolve(match[1]!)
    })
  })
  const socket = new WebSocket(address)
  await once(socket, 'open')
  const waiting = new Map<number, (answer: { result?: object; error?: { message: string } }) => void>()
  const complaints: string[] = []
  let number = 0
  let session: string | undefined
  const call = async <T>(method: string, params: object = {}): Promise<T> => {
    const id = ++number
    socket.send(JSON.stringify({ id, method, params, sessionId: session }))
    const { result, error } = await new Promise<{ result?: object; error?: { message: string } }>((resolve) =>
      waiting.set(id, resolve),
    )
    if (error) throw new Error(`${method}: ${error.message}`)
    return result as T
  }
  socket.on('message', (text: Buffer) => {
    const message = JSON.parse(String(text))
    waiting.get(message.id)?.(message)
    waiting.delete(message.id)
    if (message.method === 'Runtime.exceptionThrown')
      complaints.push(message.params.exceptionDetails.exception?.description ?? 'exception')
    if (message.method === 'Log.entryAdded' && message.params.entry.level === 'error')
      complaints.push(message.params.entry.text)
    if (message.method === 'Page.javascriptDialogOpening') complaints.push(`dialog: ${message.params.message}`)
  })
  const { targetInfos } = await call<{ targetInfos: { type: string; targetId: string }[] }>('Target.getTargets')
  const target = targetInfos.find(({ type }) => type === 'page')!
  session = (await call<{ sessionId: string }>('Target.attachToTarget', { targetId: target.targetId, flatten: true }))
    .sessionId
  for (const domain of ['Page', 'Runtime', 'Log']) await call(`${domain}.enable`)
  const run = async <T>(expression: string): Promise<T> => {
    const answer = await call<{ result: { value: T }; exceptionDetails?: { text: string } }>('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    })
    if (answer.exceptionDetails) throw new Error(`${expression}: ${answer.exceptionDetails.text}`)
    return answer.result.value
  }
  return {
    complaints,
    run,
    async go(url) {
      await call('Page.navigate', { url })
    },
    async until(expression) {
      for (let left = 100; left > 0; left--) {
        if (await run<boolean>(`Boolean(${expression})`).catch(() => false)) return
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      throw new Error(`never true: ${expression}\n${await run<string>('document.body.innerText')}`)
    },
    async size(width, height, dark = false) {
      await call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 500 })
      await call('Emulation.setEmulatedMedia', {
        features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }],
      })
    },
    async picture() {
      const { data } = await call<{ data: string }>('Page.captureScreenshot', { captureBeyondViewport: false })
      return Buffer.from(data, 'base64')
    },
    async close() {
      session = undefined
      const gone = once(child, 'exit')
      const patience = setTimeout(() => child.kill('SIGKILL'), 5000)
      void call('Browser.close').catch(() => {})
      await gone
      clearTimeout(patience)
      socket.terminate()
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}
