// The audit gate: every known vulnerability of what we install must be mended or be in .ci/audit-ignore.json with a reason
// and a date until which it may stay. A registry that does not answer audit requests is said and passes only when
// TELLTALE_REQUIRE_AUDIT is not 1: there is nothing to judge.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * What is wrong, as lines; empty when the gate is open.
 * `report` is npm audit's JSON, `ignores` is [{ id, package, reason, until: 'YYYY-MM-DD' }], `today` is 'YYYY-MM-DD'.
 */
export function judge(report, ignores, today) {
  const wrong = []
  const used = new Set()
  const seen = new Set()
  for (const { name, via } of Object.values(report.vulnerabilities ?? {})) {
    for (const advisory of via) {
      if (typeof advisory === 'string') continue
      const id = /GHSA-[\w-]+/.exec(advisory.url ?? '')?.[0] ?? String(advisory.source)
      if (seen.has(`${id} ${name}`)) continue
      seen.add(`${id} ${name}`)
      const ignore = ignores.find((row) => row.id === id && row.package === name)
      if (ignore) used.add(ignore)
      if (!ignore) wrong.push(`${name}: ${id} (${advisory.severity}) ${advisory.title}`)
      else if (ignore.until < today) wrong.push(`${name}: the exception for ${id} ended on ${ignore.until}`)
    }
  }
  for (const row of ignores) {
    if (!/^\d{4}-\d\d-\d\d$/.test(row.until ?? '') || !row.reason)
      wrong.push(`${row.id}: an exception needs a reason and a date`)
    else if (!used.has(row)) wrong.push(`${row.package}: the exception for ${row.id} is no longer needed`)
  }
  return wrong
}

/** What is no JSON, such as the page of a proxy, is no answer. */
function parsed(text) {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return {}
  }
}

function main() {
  const options = {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 240_000,
    maxBuffer: 64 * 1024 * 1024,
  }
  const report = parsed(spawnSync('npm', ['audit', '--json'], options).stdout)
  if (!report.vulnerabilities) {
    console.log(`the registry did not answer the audit request: ${report.message ?? 'no report'}`)
    return process.env.TELLTALE_REQUIRE_AUDIT === '1' ? 1 : 0
  }
  const ignores = JSON.parse(readFileSync(new URL('audit-ignore.json', import.meta.url), 'utf8'))
  const wrong = judge(report, ignores, new Date().toISOString().slice(0, 10))
  for (const line of wrong) console.log(line)
  if (wrong.length === 0) console.log(`no known vulnerability beyond ${ignores.length} dated exceptions`)
  return wrong.length === 0 ? 0 : 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main()
