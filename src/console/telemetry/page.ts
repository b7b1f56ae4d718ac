// The plain page over the telemetry API. It is served whole from three files of our own, loads nothing from elsewhere,
// runs nothing inline, and may not turn text into markup at all: what services sent can only ever be text on it.
import type { Route } from '../route.ts'
import { PAGE_CSS, PAGE_HTML, PAGE_ICON, PAGE_JS } from './page.gen.ts'

const POLICY = [
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
].join('; ')

/** `/`, `/page.js`, `/page.css`, `/page.svg`. */
export function pageRoutes(): Route[] {
  return [
    file('/', 'text/html; charset=utf-8', PAGE_HTML),
    file('/page.js', 'text/javascript; charset=utf-8', PAGE_JS),
    file('/page.css', 'text/css; charset=utf-8', PAGE_CSS),
    file('/page.svg', 'image/svg+xml', PAGE_ICON),
  ]
}

function file(path: string, type: string, text: string): Route {
  const headers = {
    'content-type': type,
    'content-security-policy': POLICY,
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'x-frame-options': 'DENY',
  }
  return { method: 'GET', path, tier: 'public', handle: () => new Response(text, { headers }) }
}
