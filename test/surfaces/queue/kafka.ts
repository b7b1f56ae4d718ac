// Kafka for tests: the mock cluster of librdkafka behind kcat, a real broker of one node that keeps everything in memory.
// Topics appear when they are first asked for, each with 4 partitions.
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { onPath, type Server } from '../../otel/servers.ts'

export const KCAT = onPath('kcat')

const ADDRESS = /bootstrap\.servers=(127\.0\.0\.1:\d+)/

/** `url` is what clients call a broker: host and port. kcat itself only reads a topic called `nothing`. */
export async function kafka(): Promise<Server> {
  const cluster = ['-C', '-b', 'ignored:1', '-t', 'nothing', '-X', 'test.mock.num.brokers=1', '-d', 'mock']
  const child = spawn(KCAT!, cluster, { stdio: ['ignore', 'ignore', 'pipe'], cwd: tmpdir() })
  const gone = new Promise<void>((done) => {
    child.once('exit', () => done())
    child.once('error', () => done())
  })
  const url = await new Promise<string>((found, failed) => {
    let log = ''
    // Listening goes on after the address is known: a full pipe would stop the broker.
    child.stderr.on('data', (text: Buffer) => {
      if (log.length < 65_536) log += text
      const address = ADDRESS.exec(log)?.[1]
      if (address !== undefined) found(address)
    })
    void gone.then(() => failed(new Error(`kcat ended without a cluster: ${log}`)))
  })
  return {
    url,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await gone
    },
  }
}
