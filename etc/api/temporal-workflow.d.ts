// telltale/temporal-workflow: interceptors

// surfaces/workflow/isolate
declare function interceptors(): {
    inbound: Inbound[];
};

interface Inbound {
    execute(input: unknown, next: (input: unknown) => unknown): unknown;
    handleSignal(input: unknown, next: (input: unknown) => unknown): unknown;
}
