/** Addresses of the panel's pages: the console answers its one document for each, and `ui/` shows a page for each. */
export const PANEL_PATHS = [
  '/services',
  '/services/:service',
  '/traces',
  '/traces/:trace_id',
  '/logs',
  '/explore',
  '/explore/:name',
  '/map',
] as const

export type PanelPath = (typeof PANEL_PATHS)[number]
