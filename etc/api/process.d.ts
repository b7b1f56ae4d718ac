// telltale/process: inherit, job

// surfaces/process/job
declare function inherit<R>(work: () => R): R;

declare function job<R>(name: string, work: (span: Started) => R): R;

// context/api
interface ApiBaggage {
    getEntry(key: string): ApiBaggageEntry | undefined;
    getAllEntries(): [string, ApiBaggageEntry][];
}

interface ApiBaggageEntry {
    value: string;
    metadata?: {
        toString(): string;
    };
}

interface ApiContext {
    getValue(key: symbol): unknown;
    setValue(key: symbol, value: unknown): ApiContext;
    deleteValue(key: symbol): ApiContext;
}

interface ApiLink {
    context: SpanContext;
    attributes?: object;
    droppedAttributesCount?: number;
}

interface ApiTraceState {
    get(key: string): string | undefined;
    set(key: string, value: string): ApiTraceState;
    unset(key: string): ApiTraceState;
    serialize(): string;
}

interface CurrentSpan {
    readonly name?: string;
    spanContext(): SpanContext;
    setAttribute(key: string, value: any): unknown;
    setAttributes(attributes: any): unknown;
    addEvent(name: string, attributesOrTime?: any, time?: any): unknown;
    setStatus(status: {
        code: number;
        message?: string;
    }): unknown;
    updateName(name: string): unknown;
    isRecording(): boolean;
    recordException(exception: any, time?: any): void;
    end(time?: any): void;
}

interface Ids {
    t0: number;
    t1: number;
    t2: number;
    t3: number;
    s0: number;
    s1: number;
    flags: number;
}

interface SpanContext {
    traceId: string;
    spanId: string;
    traceFlags: number;
    isRemote?: boolean;
    traceState?: ApiTraceState;
}

type TimeInput = number | Date | readonly [number, number];

// context/frame
declare class Foreign {
    readonly context: ApiContext;
    constructor(context: ApiContext);
}

declare class Frame implements ApiContext, Ids {
    #private;
    t0: number;
    t1: number;
    t2: number;
    t3: number;
    s0: number;
    s1: number;
    flags: number;
    traceState: string | null;
    span: CurrentSpan | null;
    correlationId: string | null;
    tenant: string | null;
    baggage: ApiBaggage | null;
    values: Held | Foreign | null;
    constructor(from: Frame | null);
    get hasTrace(): boolean;
    get suppressed(): boolean;
    hold(span: CurrentSpan): this;
    link(record: Ids): void;
    release(): void;
    getValue(key: symbol): unknown;
    setValue(key: symbol, value: unknown): Frame;
    deleteValue(key: symbol): Frame;
}

declare class Held {
    readonly key: symbol;
    readonly value: unknown;
    readonly next: Held | Foreign | null;
    constructor(key: symbol, value: unknown, next: Held | Foreign | null);
}

// context/non-recording
declare class NonRecordingSpan implements Ids {
    t0: number;
    t1: number;
    t2: number;
    t3: number;
    s0: number;
    s1: number;
    flags: number;
    traceState: string | null;
    readonly recording: false;
    constructor(t0: number, t1: number, t2: number, t3: number, s0: number, s1: number, flags: number, state: string | null);
    spanContext(): SpanContext;
    set(_key: string, _value: unknown): this;
    setAttribute(_key: string, _value: unknown): this;
    setAttributes(_attributes: object): this;
    event(_name: string, _attributes?: unknown, _time?: unknown): this;
    addEvent(_name: string, _attributesOrTime?: unknown, _time?: unknown): this;
    link(_to: unknown, _attributes?: unknown): this;
    addLink(_link: unknown): this;
    addLinks(_links: unknown): this;
    setStatus(_status: unknown): this;
    fail(_error?: unknown): this;
    updateName(_name: string): this;
    recordException(_exception: unknown, _time?: unknown): void;
    end(_time?: unknown): void;
    isRecording(): boolean;
}

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

// trace/engine
interface EngineOptions {
    readonly sampler?: Sampler;
    readonly limits?: Partial<Limits>;
    readonly finish?: (span: SpanRecord) => void;
    readonly ids?: () => number;
    readonly now?: () => number;
    readonly judge?: (key: string) => Verdict;
    readonly randomFlag?: boolean;
}

declare class TraceEngine {
    #private;
    readonly on: boolean;
    readonly limits: Limits;
    sampler: Sampler;
    readonly now: () => number;
    readonly ids: () => number;
    readonly judge: (key: string) => Verdict;
    readonly started: Float64Array<ArrayBuffer>;
    live: Float64Array<ArrayBuffer>;
    late: number;
    constructor(options?: EngineOptions | null);
    resample(sampler: Sampler): void;
    tracer(name: string, version?: string, schemaUrl?: string, attributes?: Flat | null): Tracer;
    tracers(): Generator<Tracer>;
    start(tracer: Tracer, name: string, kind: number, parent: Frame | null, startTime: number, attributes: object | null): Span | NonRecordingSpan;
    ended(span: Span): void;
    tooLate(span: Span): void;
}

type Verdict = 'keep' | 'redact' | 'free';

// trace/limits
interface Limits {
    readonly attributes: number;
    readonly events: number;
    readonly links: number;
    readonly attributesPerEvent: number;
    readonly attributesPerLink: number;
    readonly valueLength: number;
}

// trace/sampler
declare const DROP = 0;

type Decision = typeof DROP | typeof RECORD | typeof SAMPLE;

declare const RECORD = 1;

declare const SAMPLE = 2;

interface Sampler {
    readonly description: string;
    readonly constant?: Decision;
    byName?(name: string): Decision | undefined;
    decide(t2: number, t3: number, parent: Frame | null, name: string, kind: number, attributes: object | null): Decision;
}

// trace/span
declare class Span extends SpanRecord {
    #private;
    scope: Tracer;
    get recording(): boolean;
    isRecording(): boolean;
    set(key: string, value: Value | undefined): this;
    setAttribute(key: string, value: Value | undefined | readonly (Value | undefined)[]): this;
    setAttributes(attributes: object): this;
    event(name: string, attributes?: object | null, time?: TimeInput): this;
    addEvent(name: string, attributesOrTime?: object | TimeInput | null, time?: TimeInput): this;
    link(to: SpanContext | Ids, attributes?: object | null): this;
    addLink(link: ApiLink): this;
    addLinks(links: readonly ApiLink[]): this;
    setStatus(status: {
        code: number;
        message?: string | undefined;
    }): this;
    fail(error?: unknown): this;
    recordException(exception: unknown, time?: TimeInput): void;
    updateName(name: string): this;
    end(time?: TimeInput): void;
    spanContext(): SpanContext;
}

// trace/tracer
interface StartOptions {
    kind?: number;
    attributes?: object;
    links?: readonly ApiLink[];
    startTime?: TimeInput;
    root?: boolean;
}

type Started = Span | NonRecordingSpan;

declare class Tracer extends Scope {
    engine: TraceEngine;
    constructor(engine: TraceEngine, name: string, version: string, schemaUrl: string, attributes: Flat | null);
    start(name: string, kind?: number, parent?: Frame | null, startTime?: number): Started;
    startSpan(name: string, options?: StartOptions | null, context?: ApiContext): Started;
    startActiveSpan<R>(name: string, work: Work<Started, R>): R;
    startActiveSpan<R>(name: string, options: StartOptions, work: Work<Started, R>): R;
    startActiveSpan<R>(name: string, options: StartOptions, context: ApiContext, work: Work<Started, R>): R;
}

type Work<S, R> = (span: S) => R;
