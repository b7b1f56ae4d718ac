import { expect, test } from 'vitest'
import { attributesObject } from '../../src/model/attribute.ts'
import { detectResource, type ResourceOptions } from '../../src/resource/resource.ts'

const facts = {
  pid: 42,
  version: '20.19.0',
  execPath: '/usr/bin/node',
  script: '/app/server.js',
  platform: 'linux',
  arch: 'x64',
  hostname: 'box',
  release: '6.1.0',
  worker: 0,
}
const detect = (options: ResourceOptions) =>
  detectResource({ facts, instanceId: 'id-1', read: () => undefined, ...options })
const seen = (options: ResourceOptions) => attributesObject(detect(options).attributes)

test('service, SDK, process, host and OS in full [R-07] [W-35]', () => {
  expect(seen({ service: { name: 'shop', version: '1.2.3' } })).toEqual({
    'service.name': 'shop',
    'service.version': '1.2.3',
    'service.instance.id': 'id-1',
    'telemetry.sdk.name': 'telltale',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': '0.1.0',
    'telemetry.distro.name': 'telltale',
    'telemetry.distro.version': '0.1.0',
    'process.pid': 42,
    'process.executable.name': 'node',
    'process.executable.path': '/usr/bin/node',
    'process.command': '/app/server.js',
    'process.runtime.name': 'nodejs',
    'process.runtime.version': '20.19.0',
    'process.runtime.description': 'Node.js',
    'host.name': 'box',
    'host.arch': 'amd64',
    'os.type': 'linux',
    'os.version': '6.1.0',
  })
})

test('the configured attributes win over the detected ones, the resolved service over both, and each stands there once [R-07]', () => {
  const { attributes } = detect({
    service: { name: 'shop', version: '2' },
    attributes: {
      'service.name': 'other',
      'host.name': 'given',
      'k8s.pod.name': 'pod-1',
      'service.instance.id': 'mine',
      team: 'a',
      empty: '',
      absent: undefined,
    },
    env: { POD_NAME: 'pod-2' },
  })
  const keys = attributes.filter((_, i) => i % 2 === 0)
  expect(new Set(keys).size).toBe(keys.length)
  const object = attributesObject(attributes)
  expect([
    object['service.name'],
    object['host.name'],
    object['k8s.pod.name'],
    object['service.instance.id'],
    object['team'],
  ]).toEqual(['shop', 'given', 'pod-1', 'mine', 'a'])
  expect(['empty' in object, 'absent' in object]).toEqual([false, false])
})

test('deployment.environment is known under its old and its new name [R-07]', () => {
  for (const key of ['deployment.environment', 'deployment.environment.name']) {
    const object = seen({ attributes: { [key]: 'production' } })
    expect([object['deployment.environment'], object['deployment.environment.name']]).toEqual([
      'production',
      'production',
    ])
  }
})

test('without a service name the conventions have one', () => {
  expect(seen({})['service.name']).toBe('unknown_service:node')
})

const hex = 'a'.repeat(32) + '0123456789abcdef'.repeat(2)

test.each([
  ['CONTAINER_ID', { env: { CONTAINER_ID: 'abc' } }, 'abc'],
  ['cgroup v1 of Docker', { read: only('/proc/self/cgroup', `12:cpu:/docker/${hex}\n`) }, hex],
  [
    'cgroup v1 of systemd',
    { read: only('/proc/self/cgroup', `1:name=systemd:/system.slice/docker-${hex}.scope\n`) },
    hex,
  ],
  ['cgroup v1 of Kubernetes', { read: only('/proc/self/cgroup', `9:cpu:/kubepods/besteffort/pod1/${hex}\n`) }, hex],
  [
    'mounts of Docker under cgroup v2',
    { read: only('/proc/self/mountinfo', `1 2 8:1 /var/lib/docker/containers/${hex}/hostname /etc/hostname rw\n`) },
    hex,
  ],
  [
    'mounts of containerd',
    {
      read: only(
        '/proc/self/mountinfo',
        `1 2 8:1 /var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/${hex}/hostname /etc/hostname rw\n`,
      ),
    },
    hex,
  ],
  [
    'mounts of Podman',
    {
      read: only(
        '/proc/self/mountinfo',
        `1 2 8:1 /storage/overlay-containers/${hex}/userdata/hostname /etc/hostname rw\n`,
      ),
    },
    hex,
  ],
  ['no container', { read: only('/proc/self/cgroup', '0::/\n') }, undefined],
])('container.id from %s [R-07]', (_, options, expected) => {
  expect(seen(options)['container.id']).toBe(expected)
})

function only(path: string, text: string) {
  return (asked: string) => (asked === path ? text : undefined)
}

test('a pod is named by its variables, or by the host name and the namespace file inside Kubernetes [R-07]', () => {
  const names = (options: ResourceOptions) => {
    const object = seen(options)
    return Object.fromEntries(Object.entries(object).filter(([key]) => key.startsWith('k8s.')))
  }
  expect(
    names({
      env: {
        K8S_NAMESPACE: 'n',
        K8S_POD_NAME: 'p',
        POD_UID: 'u',
        NODE_NAME: 'w',
        K8S_CONTAINER_NAME: 'c',
        K8S_DEPLOYMENT_NAME: 'd',
      },
    }),
  ).toEqual({
    'k8s.namespace.name': 'n',
    'k8s.pod.name': 'p',
    'k8s.pod.uid': 'u',
    'k8s.node.name': 'w',
    'k8s.container.name': 'c',
    'k8s.deployment.name': 'd',
  })
  const read = only('/var/run/secrets/kubernetes.io/serviceaccount/namespace', 'shop\n')
  expect(names({ env: { KUBERNETES_SERVICE_HOST: '10.0.0.1', HOSTNAME: 'shop-5d' }, read })).toEqual({
    'k8s.namespace.name': 'shop',
    'k8s.pod.name': 'shop-5d',
  })
  expect(names({ env: { HOSTNAME: 'laptop' }, read })).toEqual({})
})

test('command-line arguments and the environment are not told', () => {
  const text = JSON.stringify(detectResource({ env: { HOSTNAME: 'h', SECRET_VARIABLE: 's3cret' } }).attributes)
  expect([
    text.includes('s3cret'),
    text.includes('process.command_args'),
    text.includes('process.command_line'),
  ]).toEqual([false, false, false])
})

test('the real process has a UUID of version 4 as its instance id, another one for each instance', () => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  const one = attributesObject(detectResource().attributes)
  expect(one['service.instance.id']).toMatch(uuid)
  expect(attributesObject(detectResource().attributes)['service.instance.id']).not.toBe(one['service.instance.id'])
  expect([one['process.pid'], one['process.runtime.version']]).toEqual([process.pid, process.versions.node])
})
