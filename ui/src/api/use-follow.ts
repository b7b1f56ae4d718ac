// What arrives, as it arrives (Server-Sent Events). Rows of one moment are handed over together, once per frame.
import { useEffect, useRef, useState } from 'preact/hooks'
import { addressOf } from './client.ts'
import type { Followed } from './types.ts'

export interface Follow {
  readonly state: 'off' | 'connecting' | 'open' | 'lost'
  /** How many the hub left out because we read too slowly. */
  readonly dropped: number
}

const EVENTS = { '/traces': 'trace', '/logs': 'log' } as const
/** Rows that wait for a frame at most; a tab in the background gets no frames. */
const MOST_WAITING = 2000

export function useFollow<P extends keyof Followed>(
  path: P,
  question: Followed[P]['question'] | null,
  tell: (rows: Followed[P]['row'][]) => void,
): Follow {
  const address = question === null ? null : addressOf(path, { ...question, follow: true })
  const [state, setState] = useState<Follow['state']>('off')
  const [dropped, setDropped] = useState(0)
  const latest = useRef(tell)
  latest.current = tell

  useEffect(() => {
    setDropped(0)
    if (address === null) {
      setState('off')
      return
    }
    setState('connecting')
    const source = new EventSource(address)
    let waiting: Followed[P]['row'][] = []
    let frame = 0
    const flush = (): void => {
      frame = 0
      const rows = waiting
      waiting = []
      latest.current(rows)
    }
    source.addEventListener('open', () => setState('open'))
    source.addEventListener('error', () => setState('lost'))
    source.addEventListener(EVENTS[path], ({ data }: MessageEvent<string>) => {
      waiting.push(JSON.parse(data))
      if (waiting.length > MOST_WAITING) waiting.shift()
      if (frame === 0) frame = requestAnimationFrame(flush)
    })
    source.addEventListener('dropped', ({ data }: MessageEvent<string>) =>
      setDropped((before) => before + JSON.parse(data).dropped),
    )
    return () => {
      cancelAnimationFrame(frame)
      source.close()
    }
  }, [address, path])

  return { state, dropped }
}
