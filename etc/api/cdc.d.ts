// telltale/cdc: ReplicationOptions, ReplicationService, SlotClient, SlotOptions, observeReplication, snapshotRows, watchSlot

// surfaces/cdc/service
interface ReplicationOptions {
    readonly slot?: string;
}

interface ReplicationService {
    subscribe(...args: never[]): unknown;
    stop(...args: never[]): unknown;
    emit(...args: never[]): unknown;
}

declare function observeReplication<T extends ReplicationService>(service: T, options?: ReplicationOptions): T;

// surfaces/cdc/slot
interface SlotClient {
    query(text: string, values: string[]): PromiseLike<{
        readonly rows: readonly unknown[];
    }>;
}

interface SlotOptions {
    readonly everyMs?: number;
    readonly inactiveMs?: number;
    readonly health?: 'critical' | boolean;
}

declare function watchSlot(client: SlotClient, slot: string, options?: SlotOptions): () => void;

// surfaces/cdc/snapshot
declare function snapshotRows(slot: string, count: number): void;
