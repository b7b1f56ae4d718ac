// Who has a folder open, and when nobody has.
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { own } from '../../src/audit/owner.ts'

const root = mkdtempSync(join(tmpdir(), 'telltale-owner-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let folders = 0

/** Whether the folder can be had beside a file with this content, so many seconds old. */
function taken(content: object | string, ageSeconds = 0): string {
  const folder = join(root, `f${++folders}`)
  const file = `${folder}.pid`
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  const then = Date.now() / 1000 - ageSeconds
  utimesSync(file, then, then)
  try {
    own(folder)()
    return existsSync(file) ? 'left behind' : 'had'
  } catch (error) {
    return (error as { code: string }).code
  }
}

test('a folder has one owner at a time, and none when that let go', () => {
  const folder = join(root, 'one')
  const release = own(folder)
  expect(() => own(folder)).toThrow(`AUDIT_STORE ${folder}: `)
  release()
  own(folder)()
})

test('an owner that is gone holds nothing: killed, in a container with our own number, or not heard of for long', () => {
  const [host, other] = [hostname(), 'another-container']
  expect({
    killed: taken({ pid: 4_194_305, host }),
    ours: taken({ pid: process.pid, host }),
    alive: taken({ pid: process.ppid, host }),
    elsewhere: taken({ pid: 1, host: other }),
    silent: taken({ pid: 1, host: other }, 120),
    reused: taken({ pid: process.ppid, host }, 120),
    half: taken('{"pid":'),
    oldHalf: taken('{"pid":', 120),
  }).toEqual({
    killed: 'had',
    ours: 'had',
    alive: 'AUDIT_STORE',
    elsewhere: 'AUDIT_STORE',
    silent: 'had',
    reused: 'had',
    half: 'AUDIT_STORE',
    oldHalf: 'had',
  })
})
