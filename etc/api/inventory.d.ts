// telltale/inventory: Activity, Basis, CountedType, CountsQuery, DayCount, Days, HourCount, Inventory, InventoryClient, InventoryOptions, InventorySource, RecordType, ResourceCounts, ResourceDistribution, StoredTenants, TenantCount, TypeCount, activity, compositeInventory, inventoryOf, provideInventory, resourceCounts, resourceDistribution, storedTenants

// inventory/activity
interface Activity {
    readonly tenant: string;
    readonly scope: Scope;
    readonly generated_at: string;
    readonly source: 'writes';
    readonly basis: Basis;
    readonly window: {
        readonly days: number;
        readonly since: string;
        readonly until: string;
    };
    readonly total: number;
    readonly max_cell: number;
    readonly cells: readonly {
        readonly weekday: number;
        readonly hour: number;
        readonly count: number;
    }[];
}

declare function activity(inventory: Inventory, query: {
    readonly days?: string | null | undefined;
}, tenant: string, now: number): Promise<Activity>;

// inventory/counts
interface CountsQuery {
    readonly days?: string | null | undefined;
    readonly types?: string | null | undefined;
}

interface ResourceCounts {
    readonly tenant: string;
    readonly scope: Scope;
    readonly generated_at: string;
    readonly window: {
        readonly interval: 'day';
        readonly days: number;
        readonly since: string;
        readonly until: string;
    };
    readonly total_resources: number;
    readonly basis: Basis;
    readonly series: readonly TypeSeries[];
}

declare function resourceCounts(inventory: Inventory, query: CountsQuery, tenant: string, now: number): Promise<ResourceCounts>;

// inventory/distribution
interface ResourceDistribution {
    readonly tenant: string;
    readonly scope: Scope;
    readonly generated_at: string;
    readonly total_resources: number;
    readonly distinct_types: number;
    readonly types: readonly TypeShare[];
}

declare function resourceDistribution(inventory: Inventory, query: {
    readonly top?: string | null | undefined;
}, tenant: string, now: number): Promise<ResourceDistribution>;

// inventory/inventory
type Basis = 'history' | 'last_updated' | 'none';

interface CountedType {
    readonly type: string;
    readonly basis: Basis;
}

interface DayCount {
    readonly type: string;
    readonly date: string;
    readonly count: number;
}

interface Days {
    readonly since: string;
    readonly until: string;
}

interface HourCount {
    readonly weekday: number;
    readonly hour: number;
    readonly count: number;
}

interface Inventory {
    readonly types: readonly CountedType[];
    readonly isClusterShared: boolean;
    countByDay(asked: Days & {
        readonly tenant: string;
        readonly types: readonly string[];
    }): Promise<readonly DayCount[]>;
    countByTypes(asked: {
        readonly tenant: string;
        readonly types: readonly string[];
    }): Promise<readonly TypeCount[]>;
    activityHistogram(asked: Days & {
        readonly tenant: string;
    }): Promise<readonly HourCount[]>;
    countAllTypes(asked: {
        readonly tenant: string;
    }): Promise<readonly TypeCount[]>;
    countByTenant(): Promise<readonly TenantCount[]>;
}

interface TenantCount {
    readonly tenant: string;
    readonly count: number;
}

interface TypeCount {
    readonly type: string;
    readonly count: number;
}

declare function compositeInventory(stores: readonly [primary: Partial<Inventory>, ...Partial<Inventory>[]]): Inventory;

// inventory/open
type InventoryClient = PostgresLike | SqliteLike | MongoLike;

type InventorySource = InventoryClient | Partial<Inventory>;

declare function inventoryOf(client: InventoryClient, options: InventoryOptions): Inventory;

// inventory/provided
declare function provideInventory(...sources: readonly InventorySource[]): () => void;

// inventory/record-type
interface InventoryOptions {
    readonly resources: readonly RecordType[];
    readonly defaultTenant?: string | undefined;
}

interface RecordType {
    readonly type: string;
    readonly table?: string | undefined;
    readonly collection?: string | undefined;
    readonly tenant_column?: string | undefined;
    readonly updated_at?: string | undefined;
    readonly deleted_column?: string | undefined;
    readonly history_table?: string | undefined;
}

// inventory/tenants
interface StoredTenants {
    readonly resources_scope: Scope;
    readonly tenants: readonly {
        readonly tenant: string;
        readonly resources: number;
    }[];
}

declare function storedTenants(inventory: Inventory, defaultTenant: string): Promise<StoredTenants>;

// inventory/answer
type Scope = 'cluster' | 'single-instance';

// inventory/counts
interface DayPoint {
    readonly date: string;
    readonly count: number;
    readonly cumulative: number;
}

interface TypeSeries {
    readonly resource_type: string;
    readonly basis?: Basis;
    readonly total: number;
    readonly points: readonly DayPoint[];
}

// inventory/dialect
type Value = string | number;

// inventory/distribution
interface TypeShare {
    readonly resource_type: string;
    readonly count: number;
    readonly types?: number;
}

// inventory/mongo
type Document = Record<string, unknown>;

interface MongoLike {
    collection(name: string): {
        aggregate(pipeline: Document[]): {
            toArray(): Promise<readonly object[]>;
        };
    };
}

// inventory/postgres
interface PostgresLike {
    query(text: string, values?: unknown[]): PromiseLike<{
        readonly rows: readonly object[];
    }>;
}

// inventory/sqlite
interface SqliteLike {
    prepare(text: string): {
        all(values: Record<string, Value>): readonly unknown[];
    };
}
