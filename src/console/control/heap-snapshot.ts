// A snapshot of the heap as V8 writes it. To take it stops the process for as long as it takes to walk the heap and to write
// it, and until it is read it needs about as much memory as the heap itself: it is refused where that is not there. It holds
// every text that is in memory, secrets of users too.
import { Refusal } from './refusal.ts'

export interface HeapSource {
  /** Bytes that V8 holds for its heap. */
  heap(): number
  /** Bytes that the machine or the container has left. */
  available(): number
  snapshot(): AsyncIterable<Uint8Array> & { destroy(): unknown }
}

/** Of the heap, free memory that a snapshot must find. */
const ROOM = 1.5

const MB = 1024 * 1024

/** Throws a Refusal where memory is short. */
export function requireRoom({ heap, available }: HeapSource): void {
  const needed = heap() * ROOM
  const free = available()
  if (free >= needed) return
  const shown = (bytes: number) => `${Math.round(bytes / MB)} MB`
  const detail = `A snapshot needs about ${shown(needed)} of free memory, and ${shown(free)} are free.`
  throw new Refusal(503, 'memory_low', detail, 60)
}

/** What of Node is asked. */
export async function nodeHeap(): Promise<HeapSource> {
  const [v8, os] = await Promise.all([import('node:v8'), import('node:os')])
  return {
    heap: () => v8.getHeapStatistics().total_heap_size,
    available: () => process.availableMemory?.() ?? os.freemem(),
    snapshot: () => v8.getHeapSnapshot(),
  }
}

export interface Streamed {
  readonly body: ReadableStream<Uint8Array>
  /** Nobody wants it any more. */
  end(): void
}

/** Its bytes; `ended` hears once that they were read, or given up. */
export function streamed(snapshot: ReturnType<HeapSource['snapshot']>, ended: () => void): Streamed {
  const chunks = snapshot[Symbol.asyncIterator]()
  let over = false
  const end = () => {
    if (over) return
    over = true
    snapshot.destroy()
    ended()
  }
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await chunks.next()
        if (done !== true) return controller.enqueue(value)
        end()
        controller.close()
      } catch (error) {
        end()
        controller.error(error)
      }
    },
    cancel: end,
  })
  return { body, end }
}
