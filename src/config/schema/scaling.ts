// Horizontal scaling: instances, discovery, balance.
import { block, choice, count, duration, entry, flag, list, number, section, text } from './kind.ts'

export const scaling = section('Horizontal scaling.', {
  enabled: flag('Scales.', false),
  strategy: choice('How it scales.', ['horizontal'], { default: 'horizontal' }),
  load_balancer: section('How requests are spread.', {
    algorithm: choice(
      'How an instance is chosen.',
      ['round_robin', 'least_connections', 'ip_hash', 'weighted_round_robin'],
      { default: 'round_robin' },
    ),
    health_check_interval: duration('Time between two checks of an instance.', { default: '30s' }),
    max_failures: count('Failures after which an instance is left out.', { min: 1, default: 3 }),
    failure_timeout: duration('How long it is left out.', { default: '60s' }),
    session_affinity: flag('Keeps a client on its instance.', false),
  }),
  service_discovery: section('How instances are found.', {
    method: choice('Where instances are listed.', ['static', 'dns', 'consul', 'kubernetes'], { default: 'static' }),
    service_name: text('Name to look up.', { as: 'word' }),
    port: count('Port of an instance.', { min: 1, max: 65535, default: 3000 }),
    namespace: text('Kubernetes namespace.', { as: 'word' }),
    instances: list('Addresses for `static`.', text('An address.', { as: 'url', required: true })),
    consul: block('The Consul agent.', {
      address: text('Its address.', { as: 'url', required: true }),
      datacenter: text('Its datacenter.', { as: 'word' }),
      token: text('ACL token.', { secret: true }),
    }),
  }),
  instances: section('How many instances, and when that changes.', {
    min_instances: count('Fewest.', { min: 1, default: 2 }),
    max_instances: count('Most.', { min: 1, default: 10 }),
    target_cpu_utilization: number('Percent of CPU to aim at.', { min: 1, max: 100, default: 70 }),
    target_memory_utilization: number('Percent of memory to aim at.', { min: 1, max: 100, default: 80 }),
    shutdown_timeout: duration('Longest graceful end.', { default: '30s' }),
    drain_timeout: duration('Longest drain.', { default: '10s' }),
    scale_up_cooldown: duration('Pause after growing.', { default: '300s', min: '0s', max: '1d' }),
    scale_down_cooldown: duration('Pause after shrinking.', { default: '300s', min: '0s', max: '1d' }),
    rules: list(
      'When to grow or shrink.',
      entry('A rule.', {
        metric: text('What is looked at.', { as: 'metric', required: true }),
        threshold: number('Its bound.', { required: true }),
        comparison: choice('Which side of the bound.', ['>', '<'], { default: '>' }),
        action: choice('What to do.', ['scale_up', 'scale_down'], { required: true }),
        cooldown: duration('Pause after it.', { default: '300s', min: '0s', max: '1d' }),
      }),
    ),
  }),
  circuit_breaker: section('Stops sending to what fails.', {
    enabled: flag('Breaks.', false),
    failure_threshold: count('Failures that open it.', { min: 1, default: 5 }),
    recovery_timeout: duration('How long it stays open.', { default: '30s' }),
    half_open_max_calls: count('Calls that try it again.', { min: 1, default: 3 }),
  }),
})
