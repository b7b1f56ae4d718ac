// telltale/temporal-workflow: interceptors

// surfaces/workflow/isolate
declare function interceptors(): {
    inbound: Inbound[];
};

interface Inbound {
    readonly execute: Intercept;
    readonly handleSignal: Intercept;
    readonly handleUpdate: Intercept;
    readonly validateUpdate: Intercept;
    readonly handleQuery: Intercept;
}

type Intercept = (input: unknown, next: (input: unknown) => unknown) => unknown;
