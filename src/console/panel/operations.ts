// The operations page of a service: what `ui/` was built into `dist/operations`, under `/console`. It holds no data, so it is
// open to everybody; what it shows, it asks with the token of whoever looks. Nothing of it is read before somebody asks for it.
import { problem } from '../problem.ts'
import type { AnyRoute } from '../route.ts'
import type { Built } from './built.ts'

const DOCUMENT = 'operations.html'

export interface OperationsOptions {
  /** Where it was built; null: it was not. Default beside the running file. */
  readonly folder?: string | null
}

/** `/console`, with and without a slash at its end, and `/console/assets/*`. */
export function operationsRoutes({ folder }: OperationsOptions = {}): AnyRoute[] {
  let loaded: Promise<Served> | undefined
  const served = () => (loaded ??= load(folder))
  const assets = '/console/assets/:name'
  return [
    ...['/console', '/console/'].map(
      (path): AnyRoute => ({
        method: 'GET',
        path,
        tier: 'public',
        async answer(asked) {
          const { built, missing } = await served()
          return built === null ? missing : built.document(asked)
        },
      }),
    ),
    {
      method: 'GET',
      path: assets,
      tier: 'public',
      async handle(request, { params: { name = '' }, correlationId }) {
        const { built, webAnswer } = await served()
        const file = built?.assets.get(name)
        if (file === undefined) return problem(404, 'not_found', 'There is nothing at this address.', correlationId)
        return webAnswer(file, request, assets)
      },
    },
  ]
}

type Served = Awaited<ReturnType<typeof load>>

async function load(given: string | null | undefined) {
  const { builtIn, notBuilt, webAnswer } = await import('./built.ts')
  const { builtFolder } = await import('./folder.ts')
  const folder = given === undefined ? builtFolder('operations') : given
  const missing = notBuilt(
    'The page was not built: run `npm run build`. What it shows is listed in /console/openapi.json.',
  )
  const built: Built | null = folder === null ? null : builtIn(folder, DOCUMENT)
  return { built, missing, webAnswer }
}
