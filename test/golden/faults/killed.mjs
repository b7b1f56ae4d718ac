// Starts a process, which is killed with -9 in the middle of its work.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { end, say, step } from './told.mjs'

const flags = process.env.BARE ? [] : ['--import', 'telltale/register']
const child = spawn(process.execPath, [...flags, 'victim.mjs'], {
  env: { ...process.env, OTEL_SERVICE_NAME: 'victim', ADMIN_PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
say('child', String((await once(child.stdout, 'data'))[0]).trim())
await step('arrived')
const gone = once(child, 'exit')
child.kill('SIGKILL')
say('exit', (await gone).join(' '))
await end()
