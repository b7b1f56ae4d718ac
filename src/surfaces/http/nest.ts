// Nest on Express or Fastify. Routes, prefixes and versions come from the platform below without a line of code; what a
// handler threw does not, since Nest answers errors itself. An interceptor sees what handlers and pipes throw; guards and
// other interceptors are outside of it, and only an exception filter hears all of them. Neither Nest nor RxJS is imported:
// both are asked through the objects that Nest hands over.

import { seen } from '../../base/seen.ts'
import { type FastifyLike, hookFastify } from './fastify.ts'
import { setError } from './naming.ts'
import { observe } from './observe.ts'

/** What of `INestApplication` is used. */
export interface NestApplication {
  getHttpServer(): object
  getHttpAdapter(): { getInstance(): unknown; getType(): string }
  useGlobalInterceptors(interceptor: NestInterceptor): unknown
  useGlobalFilters(filter: NestFilter): unknown
}

export interface NestFilter {
  catch(exception: unknown, host: NestHost): unknown
}

/** `BaseExceptionFilter` of `@nestjs/core`, or a filter of the application that is made from the adapter alone. */
export type NestFilterClass = new (adapter: never) => { catch(exception: never, host: never): unknown }

export interface NestHost {
  getType(): string
  switchToHttp(): { getRequest(): unknown }
}

export interface NestInterceptor {
  intercept(context: NestHost, next: { handle(): never }): never
}

interface Observer {
  next(value: unknown): void
  error(error: unknown): void
  complete(): void
}

interface Source {
  readonly constructor: unknown
  subscribe(observer: Observer): unknown
}

type SourceClass = new (subscribe: (observer: Observer) => unknown) => Source

/** Before `init` and `listen`, which read the interceptors and filters. */
export function hookNest(app: NestApplication, filter: NestFilterClass | undefined): void {
  seen('nest')
  observe(app.getHttpServer())
  const adapter = app.getHttpAdapter()
  if (adapter.getType() === 'fastify') hookFastify(adapter.getInstance() as FastifyLike)
  if (filter === undefined) app.useGlobalInterceptors(INTERCEPTOR)
  else app.useGlobalFilters(hearing(new filter(adapter as never) as NestFilter))
}

const INTERCEPTOR = {
  intercept(context: NestHost, next: { handle(): Source }): Source {
    const source = next.handle()
    return context.getType() === 'http' ? watched(source, context.switchToHttp().getRequest()) : source
  },
} as NestInterceptor

/** The same stream of the same class, whose error is noted on its way. */
function watched(source: Source, request: unknown): Source {
  const Stream = source.constructor as SourceClass
  return new Stream((observer) =>
    source.subscribe({
      next: (value) => observer.next(value),
      error: (error) => {
        setError(request, error)
        observer.error(error)
      },
      complete: () => observer.complete(),
    }),
  )
}

/** The filter that answers stays the one that was given. */
function hearing(inner: NestFilter): NestFilter {
  return {
    catch(exception, host) {
      if (host.getType() === 'http') setError(host.switchToHttp().getRequest(), exception)
      return inner.catch(exception, host)
    },
  }
}
