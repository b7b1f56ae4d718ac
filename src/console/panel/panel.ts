// The panel of a hub: what `ui/` was built into `dist/panel`. It promises that a deep link shows its page; it answers page
// addresses alone, so that a wrong address of the API stays a 404.
import type { Answer, AnyRoute, PlainRequest } from '../route.ts'
import { builtIn, notBuilt, webAnswer } from './built.ts'
import { builtFolder } from './folder.ts'
import { PANEL_PATHS } from './paths.ts'

const MISSING = notBuilt('The panel was not built: run `npm run build`. The same data is under /api/v1.')

/** `/`, the pages and `/assets/*`; where the panel was not built, its addresses say so. */
export function panelRoutes(folder: string | null = builtFolder('panel')): AnyRoute[] {
  if (folder === null) return pages(() => MISSING)
  const { document, assets } = builtIn(folder, 'index.html')
  const files = Array.from(
    assets,
    ([name, answer]): AnyRoute => ({ method: 'GET', path: `/assets/${name}`, tier: 'public', answer }),
  )
  return [...pages(document), ...files]
}

function pages(answer: (asked: PlainRequest) => Answer): AnyRoute[] {
  return ['/', ...PANEL_PATHS].map((path): AnyRoute => {
    if (!path.includes(':')) return { method: 'GET', path, tier: 'public', answer }
    return { method: 'GET', path, tier: 'public', handle: (request) => webAnswer(answer, request, path) }
  })
}
