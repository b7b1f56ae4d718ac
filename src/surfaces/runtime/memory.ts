// The heap of V8, whole and by space. `node:v8` is loaded by the first collection, not by the start.
import type { Registry } from '../../metrics/registry.ts'
import { NAMES } from '../../model/names.ts'
import type { Part } from './runtime.ts'

export function memory(registry: Registry): Part {
  const total = registry.observe(NAMES.nodejs_heap_size_total_bytes)
  const used = registry.observe(NAMES.nodejs_heap_size_used_bytes)
  const external = registry.observe(NAMES.nodejs_external_memory_bytes)
  const spaceTotal = registry.observe(NAMES.nodejs_heap_space_size_total_bytes)
  const spaceUsed = registry.observe(NAMES.nodejs_heap_space_size_used_bytes)
  const spaceFree = registry.observe(NAMES.nodejs_heap_space_size_available_bytes)
  const v8Used = registry.observe(NAMES.v8js_memory_heap_used_bytes)
  const v8Size = registry.observe(NAMES.v8js_memory_heap_space_size_bytes)
  const v8Free = registry.observe(NAMES.v8js_memory_heap_space_available_size_bytes)
  const v8Physical = registry.observe(NAMES.v8js_memory_heap_space_physical_size_bytes)

  return {
    collect() {
      const use = process.memoryUsage()
      total.observe(use.heapTotal)
      used.observe(use.heapUsed)
      external.observe(use.external)
      for (const each of process.getBuiltinModule('node:v8').getHeapSpaceStatistics()) {
        const space = each.space_name.replace(/_space$/, '')
        spaceTotal.observe(each.space_size, { space })
        spaceUsed.observe(each.space_used_size, { space })
        spaceFree.observe(each.space_available_size, { space })
        const full = { space: each.space_name }
        v8Used.observe(each.space_used_size, full)
        v8Size.observe(each.space_size, full)
        v8Free.observe(each.space_available_size, full)
        v8Physical.observe(each.physical_space_size, full)
      }
    },
  }
}
