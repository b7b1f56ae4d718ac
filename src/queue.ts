// Door `telltale/queue`: messages of any queue, and adapters that know one client each.
export { type BullMQClient, observeBullMQ } from './surfaces/queue/bullmq.ts'
export type { Carrier } from './surfaces/queue/carrier.ts'
export { consume, type Delivery, type Message, type Settlement } from './surfaces/queue/consume.ts'
export { watchLag } from './surfaces/queue/lag.ts'
export { type BossClient, observePgBoss } from './surfaces/queue/pg-boss.ts'
export { type Outgoing, type Publication, publish, type Send } from './surfaces/queue/publish.ts'
export type { Relation } from './surfaces/queue/surface.ts'
