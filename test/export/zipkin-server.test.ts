// Against a real Zipkin, when its server's jar is at hand: TELLTALE_ZIPKIN_JAR=/path/to/zipkin-server-exec.jar.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { post, ZIPKIN_POST } from '../../src/export/post.ts'
import { zipkinSink } from '../../src/export/zipkin.ts'
import { freePort, onPath } from '../otel/servers.ts'
import { bare, full, SHOP } from '../wire/spans.ts'

const JAR = process.env['TELLTALE_ZIPKIN_JAR']
const ready = JAR !== undefined && existsSync(JAR) && onPath('java') !== undefined

let url = ''
let stop: () => Promise<void> = async () => {}

beforeAll(async () => {
  if (!ready) return
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  const child = spawn('java', ['-Xmx256m', '-jar', JAR, `--server.port=${port}`], { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  stop = () => {
    child.kill()
    return ended
  }
  for (let i = 0; i < 1500; i++) {
    const healthy = await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (healthy) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}, 180_000)
afterAll(() => stop())

test.skipIf(!ready)(
  'a real Zipkin takes the spans, compressed and not, and shows them whole (skipped without its jar) [R-05]',
  async () => {
    for (const compression of ['none', 'gzip'] as const) {
      const sink = zipkinSink(post({ url: `${url}/api/v2/spans`, ...ZIPKIN_POST, compression }), { name: 'zipkin' })
      const [first, second] = [full(), bare()]
      const now = Date.now()
      for (const span of [first, second])
        Object.assign(span, { startTime: now, endTime: now + 5, t3: compression === 'none' ? 10 : 11 })
      first.rare!.events = [{ name: 'retry', time: now + 1, attributes: null, dropped: 0 }]
      sink.accept({ resource: SHOP, spans: [first, second], series: [], logs: [] })
      await sink.close(30_000)
      expect(sink.counts.traces).toEqual({ inflight: 0, exported: 2, rejected: 0, failed: 0, dropped: 0 })
      const id = `80f198ee56343ba864fe8b2a0000000${compression === 'none' ? 'a' : 'b'}`
      let read: Record<string, unknown>[] = []
      for (let i = 0; i < 300 && read.length === 0; i++) {
        const response = await fetch(`${url}/api/v2/trace/${id}`)
        if (response.ok) read = (await response.json()) as typeof read
        else await new Promise((resolve) => setTimeout(resolve, 100))
      }
      expect(read).toEqual([
        {
          traceId: id,
          parentId: '05e3ac9a4f6e3b90',
          id: 'e457b5a2e4d86bd1',
          kind: 'CLIENT',
          name: 'get /orders/:id',
          timestamp: now * 1000,
          duration: 5000,
          localEndpoint: { serviceName: 'shop' },
          remoteEndpoint: { serviceName: '10.1.2.3', ipv4: '10.1.2.3', port: 8080 },
          annotations: [{ timestamp: now * 1000 + 1000, value: 'retry' }],
          tags: expect.objectContaining({ error: 'it broke', text: 'Grüße, 世界 🌍', list: '["a",1,false]' }),
        },
      ])
    }
  },
)
