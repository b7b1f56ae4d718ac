// Keys of observed functions.
import type * as door from '../../../src/function.ts'
import { type Row, row } from './row.ts'
import type { Service } from './service.ts'

/** What is recorded of one call, and whether it is traced already where an interceptor at 75 stands. */
async function calls(service: Service): Promise<unknown> {
  const spans: string[] = []
  const accept = ({ spans: ended }: { spans: readonly { name: string }[] }) =>
    void spans.push(...ended.map(({ name }) => name))
  const telltale = await service.start({ sinks: [{ name: 'recording', accept }] })
  const { addInterceptor, instrument } = service.door<typeof door>('function')
  let traced = false
  const remove = addInterceptor({
    order: 75,
    intercept(call, next) {
      traced = call.span.isRecording()
      return next()
    },
  })
  instrument(() => {}, { id: 'f' })()
  remove()
  await telltale.flush()
  return { spans, traced, counted: await service.scrape(/^function_calls_total/) }
}

const counted = ['function_calls_total{function_id="f",status="success",service="shop"} 1']
const seen = { spans: ['f'], traced: false, counted }

export const FUNCTIONS: readonly Row[] = [
  row('surfaces.functions.enabled', [undefined, false], calls, [seen, { spans: [], traced: false, counted: [] }]),
  row('surfaces.functions.order', [undefined, 10], calls, [seen, { ...seen, traced: true }]),
]
