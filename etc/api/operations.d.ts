// telltale/operations: OperationsClient, provideOperations

// console/ops/provided
type OperationsClient = PoolLike | PGliteLike | SqliteLike;

declare function provideOperations(client: OperationsClient): () => void;

// audit/transaction
interface Lent extends Queryable {
    release(error?: Error): void;
    on?(event: 'error', listener: () => void): unknown;
    removeListener?(event: 'error', listener: () => void): unknown;
}

interface Queryable {
    query(text: string, values?: readonly unknown[]): Promise<{
        readonly rows: readonly object[];
    }>;
}

// console/ops/sql
interface PGliteLike extends Queryable {
    transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
}

interface PoolLike extends Queryable {
    connect(): Promise<Lent>;
    readonly totalCount: number;
}

interface SqliteLike {
    exec(text: string): void;
    prepare(text: string): {
        all(values: Record<string, string>): readonly unknown[];
    };
    readonly isTransaction?: boolean;
}
