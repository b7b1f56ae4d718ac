// What makes an objective or a signal of the watchlist nonsense, with its place in the file.
import { Fault } from '../base/fault.ts'
import type { Said } from './exporters.ts'
import type { Settings } from './settings.gen.ts'
import { find, type Tree } from './tree.ts'
import { place } from './yaml.ts'

type Slo = Settings['slos'][number]
type Key = keyof Slo & string

/** What a kind has to have, and keys that say nothing about it. */
const KINDS: Readonly<Record<Slo['kind'], { readonly needs: readonly Key[]; readonly foreign: readonly Key[] }>> = {
  latency: { needs: ['metric', 'threshold'], foreign: ['total', 'good', 'bad', 'expire_after'] },
  ratio: {
    needs: ['total'],
    foreign: ['metric', 'labels', 'percentile', 'comparison', 'threshold', 'expire_after'],
  },
  event: { needs: ['threshold'], foreign: ['metric', 'labels', 'total', 'good', 'bad'] },
}

export function objectives({ slos, watchlist }: Settings, tree: Tree, said: Said): void {
  const conflict = (list: string, i: number, key: string, found: string, allowed?: string): void => {
    const at = (find(tree, [list, i, key]) ?? find(tree, [list, i]))?.at
    const where = place(at)
    const subject = at?.variable ?? `${list}[${i}]${key && `.${key}`}`
    const detail = { subject, found, ...(allowed && { allowed }), ...(where && { where }) }
    said.faults.push(new Fault(at?.variable ? 'ENV_VALUE' : 'CONFIG_CONFLICT', detail))
  }
  const written = (list: string, i: number, key: string): boolean => find(tree, [list, i, key]) !== undefined

  slos.forEach((slo, i) => {
    const { kind, percentile, objective, threshold, expire_after } = slo
    const word = find(tree, ['slos', i, 'kind'])
    // Another word is a fault already, and its kind not known.
    if (word?.kind === 'leaf' && word.value !== kind && !String(word.value).includes('${')) return
    const { needs, foreign } = KINDS[kind]
    for (const key of needs) {
      if (!written('slos', i, key)) conflict('slos', i, '', `kind ${kind} without ${key}`)
    }
    for (const key of foreign) {
      if (written('slos', i, key)) conflict('slos', i, key, `${key} of kind ${kind}, which does not look at it`)
    }
    if (kind === 'ratio' && (slo.good === undefined) === (slo.bad === undefined)) {
      conflict('slos', i, '', slo.good === undefined ? 'neither good nor bad' : 'good and bad', 'one of the two')
    }
    if (kind !== 'ratio' && percentile === 0) conflict('slos', i, 'percentile', '0', 'more than 0, at most 100')
    // A promise of everything has no budget that could be spent.
    if (objective === 0 || objective === 1) conflict('slos', i, 'objective', String(objective), 'between 0 and 1')
    if (threshold !== undefined && expire_after !== undefined && expire_after < threshold) {
      conflict('slos', i, 'expire_after', 'less than the threshold', 'at least the threshold')
    }
  })

  watchlist.forEach((signal, i) => {
    const levels = (['watch', 'warn', 'breach'] as const).filter((key) => signal[key] !== undefined)
    const values = levels.map((key) => signal[key]!)
    const rises = values.every((value, at) => at === 0 || value > values[at - 1]!)
    const falls = values.every((value, at) => at === 0 || value < values[at - 1]!)
    if (rises || falls) return
    const found = levels.map((key, at) => `${key} ${values[at]}`).join(', ')
    conflict('watchlist', i, levels.at(-1)!, found, 'levels that rise (too much) or fall (too little)')
  })
}
