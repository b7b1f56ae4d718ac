// Nest on both platforms: prefixes and versions of every kind, and errors from wherever they are thrown.
import 'reflect-metadata'
import type net from 'node:net'
import {
  type CanActivate,
  Catch,
  Controller,
  Get,
  type INestApplication,
  Module,
  Param,
  ParseIntPipe,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
  VersioningType,
} from '@nestjs/common'
import { BaseExceptionFilter, NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { afterEach, describe, expect, test } from 'vitest'
import { setError, telltaleNest } from '../../../src/nest.ts'
import { on } from './apps/nest.ts'
import { type Kit, kit, requests } from './kit.ts'
import { port, sendHttp } from './wire.ts'

class Broken extends Error {}

class Guard implements CanActivate {
  canActivate(): boolean {
    throw new Broken('guard')
  }
}

class Mine {
  catch(
    error: unknown,
    host: {
      switchToHttp(): { getRequest(): unknown; getResponse(): { status(code: number): { send(text: string): void } } }
    },
  ): void {
    setError(host.switchToHttp().getRequest(), error)
    host.switchToHttp().getResponse().status(502).send('mine')
  }
}
Catch()(Mine)

class Items {
  one(id: number): number {
    return id
  }
  first(): string {
    return 'first'
  }
  second(): string {
    return 'second'
  }
  handler(): never {
    throw new Broken('handler')
  }
  guarded(): string {
    return 'never'
  }
  filtered(): never {
    throw new Broken('filtered')
  }
}
on(Items.prototype, 'one', Get('one/:id'))
Param('id', ParseIntPipe)(Items.prototype, 'one', 0)
on(Items.prototype, 'handler', Get('handler'))
on(Items.prototype, 'guarded', Get('guarded'), UseGuards(Guard) as MethodDecorator)
on(Items.prototype, 'filtered', Get('filtered'), UseFilters(new Mine() as never) as MethodDecorator)
Controller({ path: 'items', version: VERSION_NEUTRAL })(Items)

class First {
  list(): string {
    return 'first'
  }
}
on(First.prototype, 'list', Get('list'))
Controller({ path: 'things', version: '1' })(First)
class Second {
  list(): string {
    return 'second'
  }
}
on(Second.prototype, 'list', Get('list'))
Controller({ path: 'things', version: ['2', '3'] })(Second)

class AppModule {}
Module({ controllers: [Items, First, Second] })(AppModule)

let recorded: Kit
let app: INestApplication | undefined
afterEach(async () => {
  recorded.stop()
  await app?.close()
  app = undefined
})

describe.each(['express', 'fastify'] as const)('Nest on %s', (platform) => {
  async function open(change: (app: INestApplication) => void): Promise<number> {
    recorded = kit()
    const adapter = platform === 'express' ? new ExpressAdapter() : new FastifyAdapter()
    app = await NestFactory.create(AppModule, adapter as never, { logger: false, abortOnError: false })
    change(app)
    await app.listen(0, '127.0.0.1')
    return port(app.getHttpServer() as net.Server)
  }
  const ask = (at: number, path: string, headers: Record<string, string> = {}) =>
    sendHttp(at, { path, headers: { connection: 'close', ...headers } })

  test('global prefix and versions in the path are part of the route, without code [W-25]', async () => {
    const at = await open((made) => {
      made.setGlobalPrefix('api')
      made.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' })
    })
    const paths = [
      '/api/items/one/5',
      '/api/v1/things/list',
      '/api/v2/things/list',
      '/api/v3/things/list',
      '/api/v9/things/list',
      '/items/one/5',
    ]
    for (const path of paths) await ask(at, path)
    await recorded.ended(paths.length)
    expect(requests(recorded.registry)).toEqual({
      'GET /api/items/one/:id 200': 1,
      'GET /api/v1/things/list 200': 1,
      'GET /api/v2/things/list 200': 1,
      'GET /api/v3/things/list 200': 1,
      'GET <unmatched> 404': 2,
    })
  })

  test('versions in a header share the route, without code [W-25]', async () => {
    const at = await open((made) => void made.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' }))
    expect((await ask(at, '/things/list', { 'x-version': '1' })).body).toBe('first')
    expect((await ask(at, '/things/list', { 'x-version': '2' })).body).toBe('second')
    await recorded.ended(2)
    expect(requests(recorded.registry)).toEqual({ 'GET /things/list 200': 2 })
  })

  const thrown = async (at: number, paths: readonly string[]) => {
    const statuses: number[] = []
    for (const path of paths) statuses.push((await ask(at, path)).status)
    const spans = await recorded.ended(paths.length)
    return spans.map((span, i) => [
      statuses[i],
      span.name,
      (span.rare?.events ?? []).map(({ attributes }) => attributes![1]),
    ])
  }

  test('with the filter, what handlers, guards and pipes throw is known, and Nest answers as it would [R-09]', async () => {
    const at = await open((made) => {
      made.enableVersioning({ type: VersioningType.URI })
      telltaleNest(made, { filter: BaseExceptionFilter })
    })
    expect(await thrown(at, ['/items/handler', '/items/guarded', '/items/one/x', '/items/filtered'])).toEqual([
      [500, 'GET /items/handler', ['Broken']],
      [500, 'GET /items/guarded', ['Broken']],
      [400, 'GET /items/one/:id', []],
      [502, 'GET /items/filtered', ['Broken']],
    ])
    expect((await ask(at, '/items/handler')).body).toBe('{"statusCode":500,"message":"Internal server error"}')
  })

  test('without it, what handlers throw is known, whatever filter answers; guards are outside [R-09]', async () => {
    const at = await open((made) => {
      made.enableVersioning({ type: VersioningType.URI })
      telltaleNest(made)
    })
    expect((await ask(at, '/items/one/5')).body).toBe('5')
    await recorded.ended(1)
    recorded.spans.length = 0
    expect(await thrown(at, ['/items/handler', '/items/guarded', '/items/filtered'])).toEqual([
      [500, 'GET /items/handler', ['Broken']],
      [500, 'GET /items/guarded', []],
      [502, 'GET /items/filtered', ['Broken']],
    ])
  })
})
