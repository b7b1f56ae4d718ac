// telltale/operations: OperationsClient, provideOperations

// console/ops/provided
type OperationsClient = PoolLike | PGliteLike | SqliteLike;

declare function provideOperations(client: OperationsClient): () => void;

// console/ops/sql
interface Client {
    query(text: string, values?: readonly unknown[]): Promise<{
        readonly rows: readonly object[];
    }>;
}

interface PGliteLike extends Client {
    transaction<T>(work: (tx: Client) => Promise<T>): Promise<T>;
}

interface PoolClient extends Client {
    release(error?: Error | boolean): void;
}

interface PoolLike extends Client {
    connect(): Promise<PoolClient>;
    readonly totalCount: number;
}

interface SqliteLike {
    exec(text: string): void;
    prepare(text: string): {
        all(values: Record<string, string>): readonly unknown[];
    };
    readonly isTransaction?: boolean;
}
