// Door `telltale/cdc`: change data capture from PostgreSQL's logical replication.
export { observeReplication, type ReplicationOptions, type ReplicationService } from './surfaces/cdc/service.ts'
export { type SlotClient, type SlotOptions, watchSlot } from './surfaces/cdc/slot.ts'
export { snapshotRows } from './surfaces/cdc/snapshot.ts'
