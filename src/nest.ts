// Door `telltale/nest`: what zero code cannot know of a Nest application, on Express and on Fastify.
import { hookNest, type NestApplication, type NestFilterClass } from './surfaces/http/nest.ts'

export { setError, setRoute, setTenant } from './surfaces/http/naming.ts'
export type {
  NestApplication,
  NestFilter,
  NestFilterClass,
  NestHost,
  NestInterceptor,
} from './surfaces/http/nest.ts'

export interface NestOptions {
  /** `BaseExceptionFilter` of `@nestjs/core`: then what guards and interceptors throw is heard too. */
  readonly filter?: NestFilterClass
}

/** `telltaleNest(app)` between `NestFactory.create` and `listen`; a request that is observed already is counted once. */
export function telltaleNest(app: NestApplication, options: NestOptions = {}): void {
  hookNest(app, options.filter)
}
