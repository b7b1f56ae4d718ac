// CPU time, memory and file descriptors of the process, from Node and from Linux's /proc.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import type { Registry } from '../../metrics/registry.ts'
import { NAMES } from '../../model/names.ts'
import type { Part } from './runtime.ts'

export function processUse(registry: Registry): Part {
  const time = registry.observe(NAMES.process_cpu_time)
  const user = registry.observe(NAMES.process_cpu_user_seconds_total)
  const system = registry.observe(NAMES.process_cpu_system_seconds_total)
  const both = registry.observe(NAMES.process_cpu_seconds_total)
  const began = registry.observe(NAMES.process_start_time_seconds)
  const resident = registry.observe(NAMES.process_resident_memory_bytes)
  const virtual = registry.observe(NAMES.process_virtual_memory_bytes)
  const data = registry.observe(NAMES.process_heap_bytes)
  const open = registry.observe(NAMES.process_open_fds)
  const most = registry.observe(NAMES.process_max_fds)
  const limit = maxFiles()

  return {
    collect() {
      const cpu = process.cpuUsage()
      time.observe(cpu.user / 1e6, { mode: 'user' })
      time.observe(cpu.system / 1e6, { mode: 'system' })
      user.observe(cpu.user / 1e6)
      system.observe(cpu.system / 1e6)
      both.observe((cpu.user + cpu.system) / 1e6)
      began.observe(Math.round(performance.timeOrigin) / 1000)
      const status = read('/proc/self/status')
      resident.observe(kilobytes(status, 'VmRSS:') ?? process.memoryUsage.rss())
      given(virtual, kilobytes(status, 'VmSize:'))
      given(data, kilobytes(status, 'VmData:'))
      given(open, openFiles())
      given(most, limit)
    },
  }
}

function given(metric: { observe(value: number): void }, value: number | undefined): void {
  if (value !== undefined) metric.observe(value)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

/** Bytes of a line such as `VmRSS:	   51200 kB`. */
export function kilobytes(status: string, key: string): number | undefined {
  const at = status.indexOf(`\n${key}`)
  if (at < 0) return undefined
  const value = Number.parseInt(status.slice(at + key.length + 1), 10)
  return Number.isNaN(value) ? undefined : value * 1024
}

/** Since Linux 6.2 the size of the directory is the count; before that it is 0 and the entries are counted, less the one that looks. */
function openFiles(): number | undefined {
  try {
    return statSync('/proc/self/fd').size || readdirSync('/proc/self/fd').length - 1
  } catch {
    return undefined
  }
}

function maxFiles(): number | undefined {
  const line = /^Max open files\s+(\d+)/m.exec(read('/proc/self/limits'))
  return line === null ? undefined : Number(line[1])
}
