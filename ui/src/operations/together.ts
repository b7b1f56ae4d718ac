// Cards that are answered at once are shown together and stay where they are; none waits for long for another.
import { effect } from '@preact/signals'
import { useEffect, useState } from 'preact/hooks'
import { answered } from './figure.ts'

/** The longest that is waited, milliseconds: who waits longer should see for what. */
const PATIENCE_MS = 400

/** Whether everything that is asked at first is answered, or is not waited for any more. */
export function useTogether(): boolean {
  const [together, setTogether] = useState(false)
  useEffect(() => {
    if (together) return
    const show = (): void => setTogether(true)
    const timer = setTimeout(show, PATIENCE_MS)
    const stop = effect(() => {
      if (answered()) show()
    })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [together])
  return together
}
