// Whether an answer is what the document of a service says of it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { ROOT } from '../../house/source.ts'

const document = JSON.parse(readFileSync(join(ROOT, 'docs/reference/console.openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, { responses: Record<string, { $ref?: string }> }>>
}
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/
const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { 'date-time': TIME, binary: true } })
ajv.addSchema(document, 'doc')

const pointed = (text: string) => text.replaceAll('~', '~0').replaceAll('/', '~1')

/** What is wrong with the body of an answer, by the schema for its method, path, status and type. */
export function wrong(method: string, path: string, status: number, type: string, body: unknown): string[] {
  const template = path.replace(/:(\w+)/g, '{$1}')
  const operation = document.paths[template]?.[method.toLowerCase()]
  const reference = operation?.responses[status]?.$ref
  const at = reference?.slice(1) ?? `/paths/${pointed(template)}/${method.toLowerCase()}/responses/${status}`
  const check = ajv.getSchema(`doc#${encodeURI(at)}/content/${pointed(type)}/schema`)
  if (check === undefined) throw new Error(`nothing is said of ${method} ${path} ${status} ${type}`)
  check(body)
  return (check.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}
