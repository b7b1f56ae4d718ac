// How delivery is going, in words.
import type {
  ExporterQueueAnswer,
  ExporterSignalAnswer,
  ExportersAnswer,
} from '../../../../src/console/control/answers.ts'
import type { Tone } from '../../parts/colour.ts'
import { bytesText, countText } from '../../parts/format.ts'

/** Signals whose last request was not taken, and those of exporters that cannot be loaded. */
export const failing = ({ exporters }: Pick<ExportersAnswer, 'exporters'>): number =>
  exporters
    .flatMap(({ state, signals }) => signals.map(({ delivering }) => state === 'unavailable' || delivering === false))
    .filter(Boolean).length

export function deliveryOf({
  delivering,
  requests_total: requests,
  sent_total: sent,
}: Pick<ExporterSignalAnswer, 'delivering' | 'requests_total' | 'sent_total'>): { tone: Tone; words: string } {
  if (delivering === true) return { tone: 'ok', words: 'delivers' }
  if (delivering === false) return { tone: 'error', words: 'does not deliver' }
  return requests === null && sent === null
    ? { tone: 'plain', words: 'does not tell' }
    : { tone: 'plain', words: 'nothing sent yet' }
}

/** The bound that is nearest. */
export function fillOf(queue: ExporterQueueAnswer | null): { share: number; text: string } | null {
  if (queue === null) return null
  const { records, records_limit: most, requests, requests_limit, bytes, bytes_limit } = queue
  const bounds = [
    { share: requests / requests_limit, text: `${countText(requests)} of ${countText(requests_limit)} requests wait` },
    { share: bytes / bytes_limit, text: `${bytesText(bytes)} of ${bytesText(bytes_limit)} wait` },
    ...(most === null
      ? []
      : [{ share: records / most, text: `${countText(records)} of ${countText(most)} records wait` }]),
  ]
  return bounds.reduce((nearest, one) => (one.share > nearest.share ? one : nearest))
}

export function lostOf({
  lost_total: lost,
}: Pick<ExporterSignalAnswer, 'lost_total'>): { total: number; words: string } | null {
  if (lost === null) return null
  const { undelivered, rejected, queue_full } = lost
  return {
    total: undelivered + rejected + queue_full,
    words: lostText({ 'given up': undelivered, refused: rejected, 'queue full': queue_full }),
  }
}

/** `12 queue full, 3 refused`. */
export const lostText = (parts: Readonly<Record<string, number>>): string =>
  Object.entries(parts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${countText(count)} ${name}`)
    .join(', ')
