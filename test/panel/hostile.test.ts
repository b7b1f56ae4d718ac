/// <reference lib="dom" />
// Whoever can send a span must not get a script into the browser of who reads it, nor make a page useless.
import { expect, test } from 'vitest'
import { KIND_SERVER, SpanRare } from '../../src/model/span.ts'
import { Store } from '../../src/store/store.ts'
import { batch, log, resource, span, traceHex } from '../store/records.ts'
import { servePanel, show, WITHOUT_BROWSER } from './kit.ts'

const browser = test.skipIf(WITHOUT_BROWSER !== null)

const HOSTILE = [
  '<img src=x onerror="window.pwned=1">',
  '"><script>window.pwned=1</script>',
  'javascript:window.pwned=1',
  '</title><svg onload=window.pwned=1>',
  '\u202eRTL\u0000\u001b[31m\u{1f600}',
  '__proto__',
  'A'.repeat(60_000),
]

function hostile(): Store {
  const store = new Store()
  const start = Date.now() - 60_000
  HOSTILE.forEach((text, i) => {
    const trace = i + 1
    const mine = resource(text)
    const one = span({
      trace,
      span: 1,
      name: text,
      kind: KIND_SERVER,
      start,
      error: text,
      attributes: [text, text, 'http.route', text, 'url.full', text],
    })
    one.rare!.events = [{ name: text, time: start, attributes: ['exception.stacktrace', text], dropped: 0 }]
    one.rare!.links = [
      {
        t0: 0,
        t1: 0,
        t2: 0,
        t3: trace,
        s0: 0,
        s1: 1,
        flags: 0,
        traceState: text,
        attributes: [text, text],
        dropped: 0,
      },
    ]
    // Two spans that are each other's parent, and one that is its own.
    const loop = [2, 3, 4].map((id) =>
      span({ trace, span: id, parent: id === 4 ? 4 : 5 - id, name: `loop ${id}`, start, took: 0 }),
    )
    for (const each of loop) each.rare = new SpanRare()
    const logs = [log({ time: start, severity: 'error', trace, span: 1, body: text, attributes: [text, text] })]
    store.accept(batch({ resource: mine, spans: [one, ...loop], logs }))
  })
  return store
}

browser(
  'hostile names, values, bodies and shapes are text in every page, and no script',
  { timeout: 240_000 },
  async () => {
    const url = await servePanel(hostile())
    const traces = HOSTILE.map((_, i) => `/traces/${traceHex(i + 1)}?span=${'1'.padStart(16, '0')}`)
    const found: unknown[] = []
    for (const path of ['/services', '/traces', '/logs', '/map', ...traces]) {
      const { page, complaints } = await show(url + path)
      await page.waitForSelector('h1', { state: 'attached' })
      await page.waitForFunction(
        () =>
          document.querySelector('main')?.textContent?.includes('pwned') ||
          document.querySelectorAll('main *').length > 60,
      )
      await page.waitForTimeout(300)
      const state = await page.evaluate(() => [
        (globalThis as { pwned?: unknown }).pwned,
        [...document.querySelectorAll('a')].filter(
          (link) => new URL(link.getAttribute('href') ?? '', location.href).origin !== location.origin,
        ).length,
        document.body.innerText.includes('Goes on from'),
      ])
      found.push([path, state, complaints])
      await page.close()
    }
    expect(found).toEqual(found.map((row) => [(row as [string])[0], [undefined, 0, false], []]))
  },
)
