// The gates of .ci are programs too: each is shown a case that must close it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { judge } from '../../.ci/audit.mjs'
import { ROOT } from './source.ts'

const advisory = (id: string) => ({
  source: 1,
  url: `https://github.com/advisories/${id}`,
  severity: 'high',
  title: 'Bad',
})
const report = (name: string, id: string) => ({ vulnerabilities: { [name]: { name, via: [advisory(id), 'parent'] } } })
const exception = { id: 'GHSA-aaaa-bbbb-cccc', package: 'left', reason: 'only in tests', until: '2026-12-31' }

test('the audit gate names each vulnerability that has no exception [H-60]', () => {
  expect(judge(report('left', 'GHSA-aaaa-bbbb-cccc'), [], '2026-11-21')).toEqual([
    'left: GHSA-aaaa-bbbb-cccc (high) Bad',
  ])
  expect(judge({ vulnerabilities: {} }, [], '2026-11-21')).toEqual([])
})

test('an exception holds until its date and no longer [H-60]', () => {
  const found = report('left', 'GHSA-aaaa-bbbb-cccc')
  expect(judge(found, [exception], '2026-12-31')).toEqual([])
  expect(judge(found, [exception], '2027-01-01')).toEqual([
    'left: the exception for GHSA-aaaa-bbbb-cccc ended on 2026-12-31',
  ])
})

test('an exception without a reason or a date, or for nothing, closes the gate [H-60]', () => {
  const found = report('left', 'GHSA-aaaa-bbbb-cccc')
  const row = 'GHSA-aaaa-bbbb-cccc: an exception needs a reason and a date'
  expect(judge(found, [{ ...exception, reason: '' }], '2026-11-21')).toEqual([row])
  expect(judge(found, [{ ...exception, until: 'later' }], '2026-11-21')).toEqual([row])
  expect(judge({ vulnerabilities: {} }, [exception], '2026-11-21')).toEqual([
    'left: the exception for GHSA-aaaa-bbbb-cccc is no longer needed',
  ])
})

function tally(results: object[], skips: string, code: string): { counts: string; said: string } {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-tally-'))
  try {
    writeFileSync(join(folder, 'report.json'), JSON.stringify({ testResults: results }))
    writeFileSync(join(folder, 'skips'), skips)
    const args = [join(ROOT, '.ci/tally.mjs'), join(folder, 'report.json'), join(folder, 'skips'), code]
    const ran = spawnSync(process.execPath, args, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    })
    return { counts: String(ran.output[3]).trim(), said: ran.stdout.replaceAll(folder, '') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const suite = (...tests: [string, string][]) => ({
  name: join(ROOT, 'test/a.test.ts'),
  status: 'passed',
  assertionResults: tests.map(([title, status]) => ({ title, status, ancestorTitles: [], fullName: title })),
})

test('a skip that is not listed counts as a failure, a listed one is said with its reason', () => {
  const results = [suite(['one', 'passed'], ['two', 'skipped'], ['three', 'pending'])]
  expect(tally(results, '# list\ntest/a.test.ts > two :: no such server\n', '0')).toEqual({
    counts: '1 1',
    said: `skipped without being listed in /skips: test/a.test.ts > three
skipped: test/a.test.ts > two :: no such server
tests: 1 passed, 1 failed, 1 skipped as listed
`,
  })
})

test('a run that fails outside any test, or that runs none, is a failure', () => {
  expect(tally([suite(['one', 'passed'])], '', '1').counts).toBe('1 1')
  expect(tally([suite(['one', 'passed'])], '', '0').counts).toBe('1 0')
  expect(tally([], '', '0').counts).toBe('0 1')
  expect(tally([{ ...suite(), status: 'failed', message: 'syntax' }, suite(['one', 'passed'])], '', '1').counts).toBe(
    '1 1',
  )
})
