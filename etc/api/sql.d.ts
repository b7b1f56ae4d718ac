// telltale/sql: SqlObserveOptions, observe

// surfaces/sql/observe
interface SqlObserveOptions {
    readonly name?: string;
}

declare function observe<C extends object>(client: C, options?: SqlObserveOptions): C;
