// Every server and framework that the conformance suite runs, each with the row of the table of reach that it proves.
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import KoaRouter from '@koa/router'
import express5 from 'express'
import express4 from 'express4'
import Koa3 from 'koa'
import koaRouter from 'koa-router'
import Koa2 from 'koa2'
import type { App } from './apps/app.ts'
import { expressApp } from './apps/express.ts'
import { fastifyApp } from './apps/fastify.ts'
import { h3App, h3v1App } from './apps/h3.ts'
import { honoApp } from './apps/hono.ts'
import { koaApp } from './apps/koa.ts'
import { nestApp } from './apps/nest.ts'
import { nodeHandler, serve } from './apps/node.ts'
import { CERTIFICATE, KEY } from './certificate.ts'
import { type Cut, cutHttp, cutHttp2, type Send, sendHttp, sendHttp2, sendHttps } from './wire.ts'

export interface Framework {
  readonly name: string
  /** The `framework` of its row in the table of reach. */
  readonly row: string
  readonly scheme: 'http' | 'https'
  readonly version: '1.1' | '2'
  /** Classes of the framework's own 503. */
  readonly unavailable: string
  /** Route of a request that a middleware answered before any router: only where the framework routes first. */
  readonly refused: string | null
  /** Route of what a middleware mounted at `/assets` answered; null where the framework does not say who answered. */
  readonly assets: string | null
  readonly send: Send
  readonly cut: Cut
  open(door: boolean): Promise<App>
}

const HTTP1 = { scheme: 'http', version: '1.1', send: sendHttp, cut: cutHttp(http) } as const
const HTTPS = { scheme: 'https', version: '1.1', send: sendHttps, cut: cutHttp(https) } as const
const H2C = { scheme: 'http', version: '2', send: sendHttp2(false), cut: cutHttp2(false) } as const
const H2 = { scheme: 'https', version: '2', send: sendHttp2(true), cut: cutHttp2(true) } as const

const tls = { cert: CERTIFICATE, key: KEY }
const NODE = {
  row: 'node:http, node:https, node:http2',
  unavailable: 'Unavailable',
  refused: null,
  assets: '/assets/*',
} as const
const EXPRESS = { row: 'Express', unavailable: 'Unavailable', refused: null, assets: '/assets/*', ...HTTP1 } as const
const FASTIFY = { row: 'Fastify', unavailable: 'Unavailable', refused: '/orders/:id', assets: '/assets/*' } as const
const KOA = { row: 'Koa', unavailable: 'ServiceUnavailableError', refused: null, assets: null, ...HTTP1 } as const
const HONO = { row: 'Hono', unavailable: 'HTTPException', refused: null, assets: '/assets/*' } as const
const NEST = { row: 'Nest', unavailable: 'ServiceUnavailableException', ...HTTP1 } as const
const H3 = { unavailable: 'HTTPError', refused: '/orders/:id', assets: null, ...HTTP1 } as const

export const FRAMEWORKS: readonly Framework[] = [
  { name: 'node:http', ...NODE, ...HTTP1, open: (door) => serve(http.createServer(nodeHandler(door)), door) },
  { name: 'node:https', ...NODE, ...HTTPS, open: (door) => serve(https.createServer(tls, nodeHandler(door)), door) },
  {
    name: 'node:http2',
    ...NODE,
    ...H2C,
    open: (door) => serve(http2.createServer(nodeHandler(door) as never), door),
  },
  {
    name: 'node:http2 with TLS',
    ...NODE,
    ...H2,
    open: (door) => serve(http2.createSecureServer(tls, nodeHandler(door) as never), door),
  },
  {
    name: 'HTTP/1 on an HTTP/2 port',
    ...NODE,
    ...HTTPS,
    open: (door) => serve(http2.createSecureServer({ ...tls, allowHTTP1: true }, nodeHandler(door) as never), door),
  },
  { name: 'Express 4', ...EXPRESS, open: (door) => expressApp(express4, door) },
  { name: 'Express 5', ...EXPRESS, open: (door) => expressApp(express5, door) },
  { name: 'Fastify 5', ...FASTIFY, ...HTTP1, open: (door) => fastifyApp(door) },
  { name: 'Fastify 5 over HTTP/2', ...FASTIFY, ...H2C, open: (door) => fastifyApp(door, { http2: true }) },
  { name: 'Nest 11 on Express', ...NEST, refused: null, assets: '/assets/*', open: (door) => nestApp(door, 'express') },
  {
    name: 'Nest 11 on Fastify',
    ...NEST,
    refused: '/orders/:id',
    assets: null,
    open: (door) => nestApp(door, 'fastify'),
  },
  { name: 'Koa 3 with @koa/router', ...KOA, open: (door) => koaApp(Koa3, KoaRouter as never, door) },
  { name: 'Koa 3 with koa-router', ...KOA, open: (door) => koaApp(Koa3, koaRouter, door) },
  { name: 'Koa 2 with @koa/router', ...KOA, open: (door) => koaApp(Koa2, KoaRouter as never, door) },
  { name: 'Koa 2 with koa-router', ...KOA, open: (door) => koaApp(Koa2, koaRouter, door) },
  { name: 'Hono 4', ...HONO, ...HTTP1, open: (door) => honoApp(door) },
  { name: 'Hono 4 over HTTP/2', ...HONO, ...H2C, open: (door) => honoApp(door, true) },
  { name: 'h3 2', row: 'h3', ...H3, open: (door) => h3App(door, false) },
  { name: 'h3 2 with h3/tracing', row: 'h3 with h3/tracing', ...H3, open: (door) => h3App(door, true) },
  {
    name: 'h3 1',
    row: 'h3 1',
    ...H3,
    unavailable: 'H3Error',
    refused: null,
    assets: '/assets/*',
    open: (door) => h3v1App(door),
  },
]
