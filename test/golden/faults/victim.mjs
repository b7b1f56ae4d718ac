// Does one thing, says so, and is in the middle of the next when it is killed.
import { doors } from './told.mjs'

const { observe, inherit } = doors
const quiet = { log: 'none' }
void inherit(() =>
  observe('order', quiet, async () => {
    await observe('done', quiet, async () => {})
    console.log('one thing is done')
    await observe('never done', quiet, () => new Promise(() => setInterval(() => {}, 60_000)))
  }),
)
