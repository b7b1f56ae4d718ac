// Where the application's winston is. It is a CommonJS package: an `import` of it and a `require` are one instance, so that
// taking it from the application's folder before the application does is enough. Only one that the application names in
// its package.json is loaded for that; any that is loaded already is found in the cache.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type LoggerClass, loggerClassOf } from './winston.ts'

const LOGGER = /[\\/]winston[\\/]lib[\\/]winston[\\/]logger\.js$/

export function winstonClasses(from: string): LoggerClass[] {
  const file = join(from, 'package.json')
  const require = createRequire(file)
  const found: unknown[] = []
  try {
    if (isNamed(file)) found.push(require(require.resolve('winston/lib/winston/logger.js')))
  } catch {
    // Not installed after all, or another major version: there is nothing to observe.
  }
  for (const [path, module] of Object.entries(require.cache)) {
    if (LOGGER.test(path)) found.push(module?.exports)
  }
  const classes = found.map(loggerClassOf)
  return [...new Set(classes.filter((one) => one !== undefined))]
}

function isNamed(file: string): boolean {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(readFileSync(file, 'utf8')) as Record<
    string,
    object | undefined
  >
  return [dependencies, devDependencies, optionalDependencies].some((list) => Object.hasOwn(list ?? {}, 'winston'))
}
