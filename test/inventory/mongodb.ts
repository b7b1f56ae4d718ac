// MongoDB for tests: the driver of the folder TELLTALE_MONGODB with a server that speaks MongoDB's protocol, and mingo, which
// evaluates MongoDB's expressions by their documentation. The server leaves expressions as they are; no MongoDB is to be had.
import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MongoLike } from '../../src/inventory/mongo.ts'
import { freePort } from '../otel/servers.ts'

export const MONGODB = process.env['TELLTALE_MONGODB'] || undefined

export type Documents = Readonly<Record<string, readonly object[]>>

interface Filled {
  insertMany(documents: object[]): Promise<unknown>
}

interface Driver {
  readonly MongoClient: new (
    uri: string,
    options: object,
  ) => {
    connect(): Promise<unknown>
    db(name: string): MongoLike
    close(): Promise<void>
  }
}

const load = <T>(name: string): T => createRequire(join(MONGODB!, 'package.json'))(name) as T

export interface MongoServer {
  readonly db: MongoLike
  stop(): Promise<void>
}

/** Starts a server and fills it. */
export async function mongodb(documents: Documents): Promise<MongoServer> {
  const port = await freePort()
  const binary = join(MONGODB!, 'node_modules/@jongodb/memory-server-bin-linux-x64-gnu/bin/jongodb')
  const topology = ['--topology-profile=singleNodeReplicaSet', '--replica-set-name=rs0']
  const child = spawn(binary, ['--host=127.0.0.1', `--port=${port}`, '--database=t', ...topology], {
    stdio: 'ignore',
    cwd: tmpdir(),
  })
  const { MongoClient } = load<Driver>('mongodb')
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?replicaSet=rs0`, { serverSelectionTimeoutMS: 60_000 })
  await client.connect()
  const db = client.db('t')
  for (const [name, rows] of Object.entries(documents))
    if (rows.length > 0) await (db.collection(name) as unknown as Filled).insertMany([...rows])
  return {
    db,
    async stop() {
      await client.close()
      await ended(child)
    },
  }
}

async function ended(child: ChildProcess): Promise<void> {
  const gone = new Promise((done) => child.once('exit', done))
  if (child.exitCode === null && child.kill()) await gone
}

/** A `Db` over documents in memory whose aggregations mingo runs. */
export function evaluated(documents: Documents): MongoLike & { aggregate(): never } {
  const { Aggregator } = load<{
    Aggregator: new (pipeline: object[], options: object) => { run(rows: readonly object[]): object[] }
  }>('mingo')
  const collectionResolver = (name: string) => [...(documents[name] ?? [])]
  return {
    collection: (name) => ({
      aggregate: (pipeline) => ({
        toArray: async () => new Aggregator(pipeline, { collectionResolver }).run(collectionResolver(name)),
      }),
    }),
    aggregate: () => {
      throw new Error('the database itself is not asked')
    },
  }
}
