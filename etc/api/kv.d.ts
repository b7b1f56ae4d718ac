// telltale/kv: KvObserveOptions, observe

// surfaces/kv/observe
interface KvObserveOptions {
    readonly namespace?: string;
}

declare function observe<S extends object>(store: S, options?: KvObserveOptions): S;
