// The pages: one row each. Its address, its place in the navigation and its key follow from here.
import type { ComponentType } from 'preact'
import type { PanelPath } from '../../src/console/panel/paths.ts'
import { Explore } from './pages/explore/explore.tsx'
import { Metric } from './pages/explore/metric.tsx'
import { Logs } from './pages/logs/logs.tsx'
import { ServiceMap } from './pages/map/map.tsx'
import { Service } from './pages/services/service.tsx'
import { Services } from './pages/services/services.tsx'
import { TracePage } from './pages/trace/trace.tsx'
import { Traces } from './pages/traces/traces.tsx'
import type { IconName } from './parts/icon.tsx'

export interface PageProps {
  /** What the `:name` parts of the address are, decoded. */
  readonly params: Readonly<Record<string, string>>
}

export interface Page {
  readonly path: PanelPath
  /** Of the document and of the head of the page. */
  title(params: PageProps['params']): string
  readonly view: ComponentType<PageProps>
  /** Its entry in the navigation; `g` and the key go there. */
  readonly nav?: { readonly label: string; readonly icon: IconName; readonly key: string }
  /** It shows one thing whose time is its own: the range of time does not matter to it. */
  readonly still?: boolean
  /** A detail of that page. */
  readonly under?: PanelPath
}

export const PAGES: readonly Page[] = [
  {
    path: '/services',
    title: () => 'Services',
    view: Services,
    nav: { label: 'Services', icon: 'services', key: 's' },
  },
  { path: '/services/:service', title: ({ service = '' }) => service, view: Service, under: '/services' },
  { path: '/traces', title: () => 'Traces', view: Traces, nav: { label: 'Traces', icon: 'traces', key: 't' } },
  {
    path: '/traces/:trace_id',
    title: ({ trace_id: id = '' }) => `Trace ${id.slice(0, 8)}`,
    view: TracePage,
    still: true,
    under: '/traces',
  },
  { path: '/logs', title: () => 'Logs', view: Logs, nav: { label: 'Logs', icon: 'logs', key: 'l' } },
  {
    path: '/explore',
    title: () => 'Metrics',
    view: Explore,
    nav: { label: 'Metrics', icon: 'metrics', key: 'e' },
  },
  { path: '/explore/:name', title: ({ name = '' }) => name, view: Metric, under: '/explore' },
  { path: '/map', title: () => 'Service map', view: ServiceMap, nav: { label: 'Map', icon: 'map', key: 'm' } },
]

export interface Found {
  readonly page: Page
  readonly params: PageProps['params']
}

/** The page at an address; `/` is the first. */
export function pageAt(path: string): Found | undefined {
  if (path === '/') return { page: PAGES[0]!, params: {} }
  const given = path.replace(/\/$/, '').split('/')
  for (const page of PAGES) {
    const wanted = page.path.split('/')
    if (wanted.length !== given.length) continue
    const params: Record<string, string> = {}
    const fits = wanted.every((part, i) => {
      if (!part.startsWith(':')) return part === given[i]
      params[part.slice(1)] = decoded(given[i]!)
      return given[i] !== ''
    })
    if (fits) return { page, params }
  }
  return undefined
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
