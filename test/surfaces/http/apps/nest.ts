// The application on Nest 11, on Express and on Fastify. Decorators are functions, and are called as such here.
import 'reflect-metadata'
import type net from 'node:net'
import { Readable } from 'node:stream'
import {
  Controller,
  ForbiddenException,
  Get,
  Module,
  Post,
  Req,
  Res,
  ServiceUnavailableException,
  Sse,
  StreamableFile,
  VERSION_NEUTRAL,
  VersioningType,
} from '@nestjs/common'
import { BaseExceptionFilter, NestFactory, RouterModule } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { concat, NEVER, of } from 'rxjs'
import { telltaleNest } from '../../../../src/nest.ts'
import { type App, never, traceId, turn } from './app.ts'

interface Asked {
  readonly headers: Record<string, string | undefined>
}
interface Answer {
  status(code: number): unknown
}

class Shop {
  order(request: Asked, response: Answer): string {
    if (request.headers['if-none-match'] === 'e') response.status(304)
    return 'order'
  }
  make(): string {
    return 'made'
  }
  boom(): never {
    throw new TypeError('boom')
  }
  async late(): Promise<never> {
    await turn()
    throw new TypeError('late')
  }
  denied(): never {
    throw new ForbiddenException('no')
  }
  down(): never {
    throw new ServiceUnavailableException('down')
  }
  who(): Promise<string> {
    return traceId()
  }
  stream(): StreamableFile {
    return new StreamableFile(Readable.from([Buffer.from('a'), Buffer.from('b'), Buffer.from('c')]))
  }
  events() {
    return concat(of({ data: '1' }), NEVER)
  }
  hang(): Promise<never> {
    return never()
  }
}

class Things {
  thing(): string {
    return 'thing'
  }
}

class Reports {
  report(): string {
    return 'report'
  }
}

/** `@Get(path) name() {}` */
export function on(prototype: object, name: string, ...decorators: MethodDecorator[]): void {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name)!
  for (const decorator of decorators) decorator(prototype, name, descriptor)
}

on(Shop.prototype, 'order', Get('orders/:id'))
Req()(Shop.prototype, 'order', 0)
Res({ passthrough: true })(Shop.prototype, 'order', 1)
on(Shop.prototype, 'make', Post('orders'))
for (const name of ['boom', 'late', 'denied', 'down', 'who', 'stream', 'hang']) on(Shop.prototype, name, Get(name))
on(Shop.prototype, 'events', Sse('events'))
Controller({ version: VERSION_NEUTRAL })(Shop)
on(Things.prototype, 'thing', Get(':thing'))
Controller({ path: 'things', version: VERSION_NEUTRAL })(Things)
on(Reports.prototype, 'report', Get(':name'))
Controller({ path: 'reports', version: '1' })(Reports)

class ThingsModule {}
Module({ controllers: [Things] })(ThingsModule)
class AppModule {}
Module({
  controllers: [Shop, Reports],
  imports: [ThingsModule, RouterModule.register([{ path: 'api/:tenant', module: ThingsModule }])],
})(AppModule)

export async function nestApp(door: boolean, platform: 'express' | 'fastify'): Promise<App> {
  const adapter = platform === 'express' ? new ExpressAdapter() : new FastifyAdapter({ forceCloseConnections: true })
  const app = await NestFactory.create(AppModule, adapter as never, { logger: false, abortOnError: false })
  if (door) telltaleNest(app, { filter: BaseExceptionFilter })
  app.enableVersioning({ type: VersioningType.URI })
  app.use(
    (request: net.Socket & Asked, response: { statusCode: number; end(text: string): void }, next: () => void) => {
      if (!request.headers['x-refuse']) return next()
      response.statusCode = 401
      response.end('no')
    },
  )
  app.use('/assets', (_request: unknown, response: { end(text: string): void }) => response.end('asset'))
  await app.listen(0, '127.0.0.1')
  const server = app.getHttpServer() as net.Server & { closeAllConnections(): void }
  return {
    server,
    close: () => {
      server.closeAllConnections()
      return app.close()
    },
  }
}
