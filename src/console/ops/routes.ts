// Operations, for administrators alone (G-26, G-28). Messages have addresses only where an outbox is configured: a console that
// is mounted on the application's own server takes none that it has no use for.
import { type Declared, type DeclaredOptions, declaredRoutes } from '../declared.ts'
import type { AnyRoute } from '../route.ts'
import type { Operations } from './operations.ts'

const tier = 'admin'
const ADMIN = '/api/v1/admin'

export const OPERATIONS: readonly Declared<Operations>[] = [
  { method: 'GET', path: '/admin/ops/overview', tier, answer: (it) => it.overview() },
  { method: 'GET', path: `${ADMIN}/telemetry/fleet`, tier, answer: (it, asked) => it.fleet(asked) },
]

export const MESSAGES: readonly Declared<Operations>[] = (['outbox', 'dlq'] as const).flatMap((list) => [
  { method: 'GET', path: `${ADMIN}/${list}/messages`, tier, answer: (it, asked) => it.messages(list, asked) },
  ...(['requeue', 'discard'] as const).map(
    (action): Declared<Operations> => ({
      method: 'POST',
      path: `${ADMIN}/${list}/messages/:id/${action}`,
      tier,
      answer: (it, asked) => it.act(list, action, asked),
    }),
  ),
])

export interface OperationRoutes extends DeclaredOptions<Operations> {
  /** Whether an outbox is configured. */
  readonly messages: boolean
}

export const operationRoutes = ({ messages, ...options }: OperationRoutes): AnyRoute[] =>
  declaredRoutes(messages ? [...OPERATIONS, ...MESSAGES] : OPERATIONS, options)
