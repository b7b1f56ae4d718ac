// A library written against @opentelemetry/api needs no change: telltale stands behind it.
import { metrics, SpanKind, trace } from '@opentelemetry/api'
import { start } from 'telltale'

const telltale = await start()

const tracer = trace.getTracer('mailer', '1.2.0')
const sent = metrics.getMeter('mailer').createCounter('mails_sent')

tracer.startActiveSpan('send mail', { kind: SpanKind.PRODUCER }, (span) => {
  span.setAttribute('mail.template', 'welcome')
  sent.add(1, { template: 'welcome' })
  span.end()
})

console.log('sent')
await telltale.stop()
