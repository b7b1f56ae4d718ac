// Who is speaking. Attributes come from the configuration and from what the process can see of itself without waiting:
// a few small files, no network. What the configuration says wins over what was detected, and each attribute stands
// there once. It refuses to tell what may be a secret: command-line arguments, the owner, the environment.
//
// Precedence, first wins: the resolved service name and version; the file and OTEL_RESOURCE_ATTRIBUTES (`config` has
// weighed them already); detectors in the order service instance, SDK, process, host, container, Kubernetes.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname, release } from 'node:os'
import { basename } from 'node:path'
import { isMainThread, threadId } from 'node:worker_threads'
import { VERSION } from '../base/slot.ts'
import { type Flat, Resource, type Value } from '../model/attribute.ts'
import { containerId } from './container.ts'

export interface ResourceOptions {
  /** Of the file and the environment. */
  readonly attributes?: Readonly<Record<string, Value | undefined>>
  readonly service?: { readonly name: string; readonly version?: string | undefined }
  /** The variables that name the platform: CONTAINER_ID, HOSTNAME, KUBERNETES_SERVICE_HOST, K8S_… and POD_… . */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Unique in the world; a UUID of version 4 unless given. */
  readonly instanceId?: string
  /** The text of a file, undefined when it cannot be read. */
  readonly read?: (path: string) => string | undefined
  readonly facts?: Partial<ProcessFacts>
}

/** What is asked of the process and the machine. */
export interface ProcessFacts {
  readonly pid: number
  readonly version: string
  readonly execPath: string
  readonly script: string | undefined
  readonly platform: string
  readonly arch: string
  readonly hostname: string
  readonly release: string
  /** 0 in the main thread. */
  readonly worker: number
}

/** The schema whose names we use. */
const SCHEMA = 'https://opentelemetry.io/schemas/1.44.0'

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm: 'arm32', ia32: 'x86', ppc: 'ppc32' }
const SYSTEMS: Readonly<Record<string, string>> = { win32: 'windows', sunos: 'solaris' }
const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace'

export function detectResource(options: ResourceOptions = {}): Resource {
  const { attributes = {}, service, env = {}, read = readSmall } = options
  const facts: ProcessFacts = { ...ofProcess(), ...options.facts }
  const held = new Map<string, Value>()
  const put = (key: string, value: Value | undefined) => {
    if (value !== undefined && value !== null && value !== '' && !held.has(key)) held.set(key, value)
  }

  put('service.name', service?.name)
  put('service.version', service?.version)
  for (const key of Object.keys(attributes)) put(key, attributes[key])
  // One fact under its old and its new name, whichever was given.
  put('deployment.environment.name', held.get('deployment.environment'))
  put('deployment.environment', held.get('deployment.environment.name'))
  put('service.name', `unknown_service:${basename(facts.execPath)}`)
  put('service.instance.id', options.instanceId ?? randomUUID())

  put('telemetry.sdk.name', 'telltale')
  put('telemetry.sdk.language', 'nodejs')
  put('telemetry.sdk.version', VERSION)
  put('telemetry.distro.name', 'telltale')
  put('telemetry.distro.version', VERSION)

  put('process.pid', facts.pid)
  put('process.executable.name', basename(facts.execPath))
  put('process.executable.path', facts.execPath)
  put('process.command', facts.script)
  put('process.runtime.name', 'nodejs')
  put('process.runtime.version', facts.version)
  put('process.runtime.description', 'Node.js')
  if (facts.worker > 0) put('thread.id', facts.worker)

  put('host.name', facts.hostname)
  put('host.arch', ARCHITECTURES[facts.arch] ?? facts.arch)
  put('os.type', SYSTEMS[facts.platform] ?? facts.platform)
  put('os.version', facts.release)

  if (facts.platform === 'linux') put('container.id', env['CONTAINER_ID'] || containerId(read))
  else put('container.id', env['CONTAINER_ID'])
  kubernetes(put, env, read)

  const flat: Flat = []
  for (const [key, value] of held) flat.push(key, value)
  return new Resource(flat, SCHEMA)
}

function kubernetes(
  put: (key: string, value: Value | undefined) => void,
  env: Readonly<Record<string, string | undefined>>,
  read: (path: string) => string | undefined,
): void {
  const inside = Boolean(env['KUBERNETES_SERVICE_HOST'])
  const namespace = env['K8S_NAMESPACE'] || env['K8S_NAMESPACE_NAME'] || env['POD_NAMESPACE']
  put('k8s.namespace.name', namespace || (inside ? read(NAMESPACE_FILE)?.trim() : undefined))
  // The host name of a pod is its name, unless the pod asks for another.
  put('k8s.pod.name', env['K8S_POD_NAME'] || env['POD_NAME'] || (inside ? env['HOSTNAME'] : undefined))
  put('k8s.pod.uid', env['K8S_POD_UID'] || env['POD_UID'])
  put('k8s.node.name', env['K8S_NODE_NAME'] || env['NODE_NAME'])
  put('k8s.container.name', env['K8S_CONTAINER_NAME'])
  put('k8s.deployment.name', env['K8S_DEPLOYMENT_NAME'])
}

function ofProcess(): ProcessFacts {
  return {
    pid: process.pid,
    version: process.versions.node,
    execPath: process.execPath,
    // The script alone: arguments may hold secrets.
    script: process.argv[1],
    platform: process.platform,
    arch: process.arch,
    hostname: hostname(),
    release: release(),
    worker: isMainThread ? 0 : threadId,
  }
}

function readSmall(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').slice(0, 65_536)
  } catch {
    return undefined
  }
}
