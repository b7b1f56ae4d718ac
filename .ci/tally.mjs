// Reads vitest's JSON report: prints what failed and what was skipped without being on the list, and on file
// descriptor 3 `passed failed`. Usage: tally.mjs REPORT SKIPS CODE
import { existsSync, readFileSync, writeSync } from 'node:fs'
import { relative } from 'node:path'

const [reportFile, skipsFile, code] = process.argv.slice(2)

/** Lines `file > title :: reason`; `#` starts a comment. */
function readSkips(text) {
  const allowed = new Map()
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [name, reason] = line.split(' :: ')
    if (!reason?.trim()) throw new Error(`${skipsFile}: no reason in: ${line}`)
    allowed.set(name.trim(), reason.trim())
  }
  return allowed
}

function answer(passed, failed) {
  writeSync(3, `${passed} ${failed}\n`)
}

if (existsSync(reportFile)) {
  const report = JSON.parse(readFileSync(reportFile, 'utf8'))
  const allowed = readSkips(readFileSync(skipsFile, 'utf8'))
  let passed = 0
  let failed = 0
  const listed = []
  for (const suite of report.testResults) {
    const file = relative(process.cwd(), suite.name)
    if (suite.assertionResults.length === 0 && suite.status !== 'passed') {
      failed++
      console.log(`failed to load: ${file}\n${suite.message}`)
    }
    for (const { status, fullName, ancestorTitles, title } of suite.assertionResults) {
      const name = `${file} > ${[...ancestorTitles, title].join(' > ')}`
      if (status === 'passed') passed++
      else if (status === 'failed') {
        failed++
        console.log(`failed: ${name}`)
      } else if (allowed.has(name)) listed.push(`${name} :: ${allowed.get(name)}`)
      else {
        failed++
        console.log(`skipped without being listed in ${skipsFile}: ${name || fullName}`)
      }
    }
  }
  for (const line of listed) console.log(`skipped: ${line}`)
  // An error outside any test (an unhandled rejection) leaves no failed test, only the code.
  if (failed === 0 && code !== '0') {
    failed = 1
    console.log(`the test run ended with code ${code} although no test failed`)
  }
  if (passed === 0) failed = Math.max(failed, 1)
  console.log(`tests: ${passed} passed, ${failed} failed, ${listed.length} skipped as listed`)
  answer(passed, failed)
} else {
  console.log(`the test run ended with code ${code} and left no report`)
  answer(0, 1)
}
