// telltale/redact: CLEAN, REDACTED, RedactOptions, Redactor, SCAN, SECRET, URL_VALUE, Verdict, judgeKey, redactLog, redactSpan, redactText, redactUrl, redactValue

// redact/key
declare const CLEAN: Verdict;

declare const SCAN: Verdict;

declare const SECRET: Verdict;

declare const URL_VALUE: Verdict;

type Verdict = 0 | 1 | 2 | 3 | 4;

// redact/mark
declare const REDACTED = "[REDACTED]";

// redact/redact
interface RedactOptions {
    keys?: readonly string[];
    allow?: readonly string[];
    emails?: boolean;
    patterns?: readonly OwnPattern[];
    onFound?: (found: Finding) => void;
    maxText?: number;
    maxDepth?: number;
    maxNodes?: number;
}

declare class Redactor {
    #private;
    readonly judge: (key: string) => Verdict;
    readonly text: (text: string) => string;
    readonly url: (url: string) => string;
    constructor(options?: RedactOptions);
    readonly value: (value: unknown) => Value;
    readonly entry: (key: string, value: Value) => Value;
    readonly label: (key: string, value: string) => string;
    readonly flat: (flat: Flat) => void;
    readonly span: (span: SpanRecord) => void;
    readonly log: (record: LogRecord) => void;
}

declare const judgeKey: (key: string) => Verdict;

declare const redactLog: (record: LogRecord) => void;

declare const redactSpan: (span: SpanRecord) => void;

declare const redactText: (text: string) => string;

declare const redactUrl: (url: string) => string;

declare const redactValue: (value: unknown) => Value;

// model/attribute
type Flat = Value[];

type Scalar = string | number | boolean | bigint;

declare class Scope {
    readonly name: string;
    readonly version: string;
    readonly schemaUrl: string;
    readonly attributes: Flat | null;
    bytes: Uint8Array | null;
    constructor(name: string, version?: string, schemaUrl?: string, attributes?: Flat | null);
}

type Value = Scalar | null | Uint8Array | readonly Value[] | {
    readonly [key: string]: Value;
};

// model/log
declare class LogRecord {
    time: number;
    observed: number;
    severity: number;
    severityText: string;
    body: Value;
    attributes: Flat | null;
    t0: number;
    t1: number;
    t2: number;
    t3: number;
    s0: number;
    s1: number;
    flags: number;
    scope: Scope;
    eventName: string;
    dropped: number;
    constructor(scope: Scope, time: number, severity: number, severityText: string, body: Value);
}

// model/span
interface SpanEvent {
    readonly name: string;
    readonly time: number;
    readonly attributes: Flat | null;
    readonly dropped: number;
}

interface SpanLink {
    readonly t0: number;
    readonly t1: number;
    readonly t2: number;
    readonly t3: number;
    readonly s0: number;
    readonly s1: number;
    readonly flags: number;
    readonly traceState: string | null;
    readonly attributes: Flat | null;
    readonly dropped: number;
}

declare class SpanRare {
    events: SpanEvent[] | null;
    links: SpanLink[] | null;
    statusMessage: string | null;
    traceState: string | null;
    droppedAttributes: number;
    droppedEvents: number;
    droppedLinks: number;
}

declare class SpanRecord {
    t0: number;
    t1: number;
    t2: number;
    t3: number;
    s0: number;
    s1: number;
    p0: number;
    p1: number;
    name: string;
    kind: number;
    flags: number;
    status: number;
    startTime: number;
    endTime: number;
    scope: Scope;
    attributes: Flat | null;
    template: Template | null;
    peer: Template | null;
    rare: SpanRare | null;
    constructor(scope: Scope, name: string, kind: number, startTime: number);
}

declare class Template {
    readonly attributes: Flat;
    bytes: Uint8Array | null;
    judged: boolean;
    constructor(attributes: Flat);
}

// redact/key
interface Finding {
    readonly by: string;
    readonly key?: string;
}

// redact/redact
interface OwnPattern {
    readonly name: string;
    readonly pattern: RegExp;
}
