// `npm run fuzz [-- ROUNDS [SEED]]`: every property test of access, redaction, endpoints and configuration, round after round,
// each with a seed of its own that is printed, so that what it finds can be had again: `npm run fuzz -- 1 SEED`.
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const ROOMS = /^(access|audit|config|context|egress|redact)\b.*\.test\.ts$/

const files = readdirSync(join(ROOT, 'test'), { recursive: true })
  .filter((file) => ROOMS.test(file))
  .map((file) => join(ROOT, 'test', file))
  .filter((file) => readFileSync(file, 'utf8').includes("from 'fast-check'"))

const [rounds = '10', first] = process.argv.slice(2)
for (let round = 1; round <= Number(rounds); round++) {
  const seed = round === 1 && first !== undefined ? Number(first) : randomInt(2 ** 31)
  process.stdout.write(`round ${round} of ${rounds}, seed ${seed}: `)
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, 'run', '--reporter=dot', ...files], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, TELLTALE_FUZZ_SEED: String(seed), NO_COLOR: '1' },
    maxBuffer: 2 ** 28,
  })
  if (status !== 0) {
    process.stdout.write(`found something\n${stdout}${stderr}`)
    process.exitCode = 1
    break
  }
  process.stdout.write(`${/Tests\s+(.*)/.exec(stdout)?.[1] ?? 'nothing ran'}\n`)
}
