import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { pageModule } from '../../../scripts/page.mjs'
import { SpanRare } from '../../../src/model/span.ts'
import { batch, family, log, resource, span, traceHex } from '../../store/records.ts'
import { ask } from '../ask.ts'
import { CHROMIUM, openBrowser } from './chromium.ts'
import { serve } from './serve.ts'
import { fillShop } from './shop.ts'

test('page.gen.ts is made of page/: `npm run page` writes it', async () => {
  expect(readFileSync(new URL('../../../src/console/telemetry/page.gen.ts', import.meta.url), 'utf8')).toBe(
    await pageModule(),
  )
})

test.each([
  ['/', 'text/html; charset=utf-8'],
  ['/page.js', 'text/javascript; charset=utf-8'],
  ['/page.css', 'text/css; charset=utf-8'],
  ['/page.svg', 'image/svg+xml'],
])('%s is served with a policy that allows our own files and nothing else', async (path, type) => {
  const { url } = await serve()
  const { status, headers, text } = await ask(url, path)
  expect({ status, type: headers['content-type'], empty: text === '' }).toEqual({ status: 200, type, empty: false })
  expect(String(headers['content-security-policy']).split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ])
  expect(headers['x-content-type-options']).toBe('nosniff')
})

test('the page loads nothing from elsewhere and runs nothing inline', async () => {
  const { url } = await serve()
  const { text: html } = await ask(url, '/')
  expect([...html.matchAll(/\b(?:src|href)="([^"]+)"/g)].map((match) => match[1])).toEqual([
    '/page.svg',
    '/page.css',
    '/page.js',
    '#/services',
    '/page.svg',
    '/api/v1/openapi.json',
  ])
  expect(html).not.toMatch(/<script(?![^>]*src=)|<style|\son\w+=|style=/)
})

test('no file of the page can make markup of text', () => {
  const { text } = {
    text: readFileSync(new URL('../../../src/console/telemetry/page.gen.ts', import.meta.url), 'utf8'),
  }
  expect(text).not.toMatch(
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|createContextualFragment|srcdoc/,
  )
})

test('in a real browser: what hostile services send stays text, live lists grow, and the policy is never broken', {
  skip: CHROMIUM === undefined && process.env['TELLTALE_REQUIRE_SERVICES'] !== '1',
  timeout: 60_000,
}, async () => {
  const evil = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
  const now = Date.now()
  const { store, url } = await serve({ now })
  const browser = await openBrowser()
  try {
    await browser.size(1280, 900)
    await browser.go(url)
    await browser.until(
      `document.body.innerText.includes('OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 node --import telltale/register app.js')`,
    )

    const bad = span({
      trace: 7,
      span: 7,
      name: evil,
      start: now - 5000,
      error: evil,
      attributes: [evil, evil, 'url.full', 'javascript:alert(3)'],
    })
    bad.rare ??= new SpanRare()
    bad.rare.events = [{ name: evil, time: now - 4999, attributes: [evil, evil], dropped: 0 }]
    const sender = resource(evil, [evil, evil])
    store.accept(
      batch({
        resource: sender,
        spans: [bad],
        logs: [log({ time: now - 4000, trace: 7, span: 7, body: evil, attributes: [evil, evil] })],
        series: [
          family(
            evil,
            'gauge',
            [
              { attributes: [evil, evil], value: 1, time: now - 3000 },
              { attributes: ['b', 1], value: 2, time: now - 3000 },
            ],
            { help: evil, unit: evil },
          ),
        ],
      }),
    )
    const places = [
      'services',
      `services/${encodeURIComponent(evil)}`,
      'traces',
      `trace/${traceHex(7)}?span=${'7'.padStart(16, '0')}`,
      'logs',
      'metrics',
      `metrics/${encodeURIComponent(evil)}`,
    ]
    for (const place of places) {
      await browser.go('about:blank')
      await browser.go(`${url}/#/${place}`)
      await browser.until(`document.querySelector('#view').innerText.includes('<img src=x')`)
      expect(
        await browser.run(
          `document.querySelectorAll('#view img, #view script, #view [onerror], a[href^="javascript"]').length`,
        ),
      ).toBe(0)
    }

    await browser.go(`${url}/#/logs`)
    await browser.until(`document.querySelectorAll('.log').length === 1`)
    store.accept(batch({ logs: [log({ time: now - 1000, body: 'fresh from the stream' })] }))
    await browser.until(`document.querySelector('.log .text').innerText === 'fresh from the stream'`)
    await browser.run(`document.querySelector('.live').click()`)
    store.accept(batch({ logs: [log({ time: now - 500, body: 'while it was held' })] }))
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(await browser.run(`document.querySelectorAll('.log').length`)).toBe(2)
    await browser.run(`document.querySelector('.live').click()`)
    await browser.until(`document.querySelectorAll('.log').length === 3`)

    await browser.go(`${url}/#/traces?service=shop-worker`)
    fillShop(store, now - 60_000, now - 1000, 20)
    await browser.until(`document.querySelectorAll('table.traces tbody tr').length === 4`)
    await browser.run(`document.querySelector('table.traces a.name').click()`)
    await browser.until(`document.querySelectorAll('button.fall').length === 6`)
    await browser.run(
      `[...document.querySelectorAll('button.fall')].find((one) => one.innerText.includes('SELECT')).click()`,
    )
    await browser.until(
      `document.querySelector('.waterfall .detail').innerText.includes('SELECT id, name, price FROM products')`,
    )
    expect(await browser.run('location.hash')).toMatch(/^#\/trace\/[0-9a-f]{32}\?span=[0-9a-f]{16}$/)

    await browser.size(360, 740)
    for (const place of [...places, 'metrics/http.server.request.duration']) {
      await browser.go(`${url}/#/${place}`)
      await new Promise((resolve) => setTimeout(resolve, 250))
      expect({ place, wide: await browser.run('document.documentElement.scrollWidth') }).toEqual({ place, wide: 360 })
    }
    expect(browser.complaints).toEqual([])
  } finally {
    await browser.close()
  }
})
