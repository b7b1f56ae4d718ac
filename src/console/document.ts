// Where the description of a service's API is read. Everybody may read it, and it is made when somebody does.
import { type Declared, declaredRoutes } from './declared.ts'
import type { AnyRoute } from './route.ts'

export const DOCUMENT_PATH = '/console/openapi.json'

export const DOCUMENT: readonly Declared<object>[] = [
  { method: 'GET', path: DOCUMENT_PATH, tier: 'public', answer: (document) => document },
]

export const documentRoutes = (): AnyRoute[] =>
  declaredRoutes(DOCUMENT, { load: async () => (await import('./service-api/document.ts')).serviceApi() })
