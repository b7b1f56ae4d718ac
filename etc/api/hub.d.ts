// telltale/hub: Hub, HubOptions, startHub

// hub/hub
interface Hub {
    readonly endpoint: string;
    readonly ui: string;
    readonly store: Store;
    readonly query: Query;
    readonly received: Receiver['counts'];
    stop(deadlineMs?: number): Promise<void>;
}

interface HubOptions {
    readonly host?: string;
    readonly port?: number;
    readonly uiPort?: number;
    readonly limits?: Partial<StoreLimits>;
    readonly receiver?: Partial<ReceiverLimits>;
}

declare function startHub(options?: HubOptions): Promise<Hub>;

// hub/receive
declare class Receiver {
    #private;
    readonly limits: ReceiverLimits;
    readonly counts: Readonly<Record<Signal, ReceiverCounts>>;
    constructor(accept: (batch: Batch) => number, limits?: Partial<ReceiverLimits>);
    readonly listener: (request: IncomingMessage, response: ServerResponse) => void;
}

interface ReceiverCounts {
    accepted: number;
    refused: number;
    overloaded: number;
}

interface ReceiverLimits {
    readonly body: number;
    readonly pending: number;
}

// model/attribute
type Flat = Value[];

declare class Resource {
    readonly attributes: Flat;
    readonly schemaUrl: string;
    bytes: Uint8Array | null;
    constructor(attributes: Flat, schemaUrl?: string);
}

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

// model/batch
interface Batch {
    readonly resource: Resource;
    readonly spans: readonly SpanRecord[];
    readonly series: readonly Family[];
    readonly logs: readonly LogRecord[];
}

interface Sink {
    readonly name: string;
    accept(batch: Batch): void;
    flush?(deadlineMs: number): Promise<void>;
    close?(deadlineMs: number): Promise<void>;
}

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

// model/metric
interface Exemplar {
    readonly value: number;
    readonly time: number;
    readonly t0: number;
    readonly t1: number;
    readonly t2: number;
    readonly t3: number;
    readonly s0: number;
    readonly s1: number;
    readonly attributes: Flat | null;
}

declare class Family {
    readonly name: string;
    readonly short: string;
    type: MetricType;
    readonly unit: string;
    readonly help: string;
    readonly labels: readonly Label[] | null;
    readonly bounds: Float64Array | null;
    readonly scope: Scope;
    delta: boolean;
    readonly group: string;
    readonly namespaced: boolean;
    readonly only: 'short' | 'semconv' | null;
    readonly reads: 'value' | 'count';
    readonly exact: boolean;
    readonly series: Series[];
    readonly text: {
        key: string;
    };
    constructor(init: {
        name: string;
        short: string;
        type: MetricType;
        unit?: string;
        help?: string;
        labels?: readonly Label[] | null;
        bounds?: Float64Array | null;
        scope: Scope;
        delta?: boolean;
        group?: string;
        namespaced?: boolean;
        only?: 'short' | 'semconv' | null;
        reads?: 'value' | 'count';
        exact?: boolean;
        series?: Series[];
        text?: {
            key: string;
        };
    });
}

interface Label {
    readonly short: string;
    readonly semconv: string;
    readonly int?: boolean;
}

type MetricType = 'counter' | 'updown' | 'gauge' | 'histogram' | 'exponential' | 'summary';

declare class Series {
    readonly attributes: Flat;
    value: number;
    count: number;
    buckets: Float64Array | null;
    exemplars: (Exemplar | null)[] | null;
    start: number;
    time: number;
    last: {
        value: number;
        count: number;
        buckets: Float64Array | null;
        time: number;
    } | null;
    text: string | null;
    bytes: Uint8Array | null;
    constructor(attributes: Flat, buckets: Float64Array | null, start: number);
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

// store/answers
interface AttributeRow {
    key: string;
    count: number;
    values: {
        value: string;
        count: number;
    }[];
    more: boolean;
}

type Attributes = Record<string, Plain>;

interface ChartExemplar {
    line: number;
    time_ms: number;
    value: number;
    trace_id: string;
    span_id: string;
    held: boolean;
}

interface ChartLine {
    labels: Attributes;
    values: (number | null)[];
}

interface Facet {
    key: string;
    values: {
        value: string;
        count: number;
    }[];
    more: boolean;
}

interface FacetsAnswer {
    matched: number;
    facets: Facet[];
}

interface LinkRow {
    trace_id: string;
    span_id: string;
    attributes: Attributes;
    held: boolean;
    name: string | null;
    service: string | null;
}

interface LinkedByRow {
    trace_id: string;
    span_id: string;
    name: string;
    service: string;
    start_ms: number;
    to_span_id: string;
}

interface LogHistogram extends OverTime {
    matched: number;
    levels: Record<LogLevel, number[]>;
}

type LogLevel = 'unspecified' | 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

interface LogRow {
    number: number;
    time_ms: number;
    time: string | null;
    severity: number;
    severity_text: string;
    body: Plain;
    event_name: string;
    service: string;
    instance: string;
    scope: string;
    trace_id: string | null;
    span_id: string | null;
    attributes: Attributes;
}

interface MapAnswer {
    nodes: MapNode[];
    edges: MapEdge[];
    left_out: number;
}

interface MapEdge extends Rates {
    from: string;
    to: string;
    kind: 'call' | 'message';
}

interface MapNode extends Rates {
    id: string;
    name: string;
    type: 'service' | 'database' | 'messaging' | 'external';
    where: string[];
}

interface MetricChart extends OverTime {
    name: string;
    type: MetricType;
    unit: string;
    description: string;
    as: string;
    aggregate: string;
    by: string[];
    matched: number;
    lines: ChartLine[];
    left_out: number;
    exemplars: ChartExemplar[];
    heatmap: {
        bounds: number[];
        cells: number[][];
    } | null;
    labels: Facet[];
}

interface MetricRow {
    name: string;
    type: MetricType;
    unit: string;
    description: string;
    services: string[];
    series: number;
    last_ms: number;
    labels: string[];
    exemplars: number;
}

interface Moment {
    time_ms: number;
    requests: number;
    errors: number;
    p95_ms: number | null;
}

interface OperationRow extends Rates {
    name: string;
    kind: string;
    route: string | null;
    slowest_trace_id: string | null;
    timeline: Moment[];
}

interface OverTime {
    from_ms: number;
    to_ms: number;
    step_ms: number;
    times_ms: number[];
}

interface Page<T> {
    items: T[];
    next_cursor: string | null;
}

interface PointRow {
    time_ms: number;
    value: number | null;
    count?: number;
    bounds?: number[];
    buckets?: number[];
    quantiles?: {
        quantile: number;
        value: number | null;
    }[];
}

interface Rates {
    requests: number;
    errors: number;
    error_rate: number;
    per_second: number;
    p50_ms: number | null;
    p95_ms: number | null;
    p99_ms: number | null;
    max_ms: number | null;
}

interface RedAnswer extends OverTime {
    before: {
        from_ms: number;
        to_ms: number;
    } | null;
    held_from_ms: number | null;
    items: RedRow[];
    left_out: number;
}

interface RedLine {
    requests: number[];
    errors: number[];
    p50_ms: (number | null)[];
    p95_ms: (number | null)[];
    p99_ms: (number | null)[];
}

interface RedRow {
    service: string;
    name: string | null;
    kind: string | null;
    route: string | null;
    slowest_trace_id: string | null;
    now: Rates;
    before: Rates | null;
    timeline: RedLine;
    before_timeline: RedLine | null;
}

interface ScatterAnswer {
    from_ms: number;
    to_ms: number;
    matched: number;
    left_out: number;
    errors_left_out: number;
    points: ScatterPoint[];
}

interface ScatterPoint {
    trace_id: string;
    name: string;
    service: string;
    time_ms: number;
    duration_ms: number;
    error: boolean;
}

interface SeriesAnswer {
    name: string;
    type: MetricType;
    unit: string;
    description: string;
    as: string;
    series: SeriesRow[];
    matched: number;
}

interface SeriesRow {
    service: string;
    instance: string;
    attributes: Attributes;
    points: PointRow[];
    exemplars: {
        time_ms: number;
        value: number;
        trace_id: string;
        span_id: string;
        attributes: Attributes;
    }[];
}

interface ServiceRow extends Rates {
    service: string;
    namespace: string;
    instances: number;
    spans: number;
    logs: number;
    log_errors: number;
    series: number;
    last_seen_ms: number;
    timeline: Moment[];
}

interface SignalStatus {
    accepted: number;
    duplicates: number;
    dropped: number;
    evicted: number;
    cleared: number;
    held: number;
    bytes: number;
    limit: number;
    limit_bytes: number;
    oldest_ms: number | null;
}

interface SpanRow {
    span_id: string;
    parent_span_id: string | null;
    name: string;
    kind: string;
    service: string;
    instance: string;
    scope: string;
    start_ms: number;
    duration_ms: number;
    self_ms: number;
    running: boolean;
    depth: number;
    orphan: boolean;
    status: 'unset' | 'ok' | 'error';
    status_message: string;
    trace_state: string;
    attributes: Attributes;
    events: {
        name: string;
        time_ms: number;
        attributes: Attributes;
    }[];
    links: LinkRow[];
    logs: LogRow[];
    dropped: {
        attributes: number;
        events: number;
        links: number;
    };
}

interface StoreStatus {
    started_ms: number;
    now_ms: number;
    traces: number;
    series: number;
    services: number;
    signals: {
        spans: SignalStatus;
        logs: SignalStatus;
        points: SignalStatus;
    };
}

interface TraceAnswer extends TraceRow {
    resources: {
        service: string;
        instance: string;
        attributes: Attributes;
    }[];
    tree: SpanRow[];
    loose_logs: LogRow[];
    linked_by: LinkedByRow[];
    linked_by_left_out: number;
}

interface TraceRow {
    trace_id: string;
    name: string;
    service: string;
    kind: string;
    route: string | null;
    rooted: boolean;
    start_ms: number;
    start_time: string | null;
    duration_ms: number;
    spans: number;
    errors: number;
    logs: number;
    services: {
        service: string;
        spans: number;
    }[];
}

// store/attribute-trie
declare class AttributeTrie<T extends object> {
    #private;
    get size(): number;
    values(): IterableIterator<T>;
    of(attributes: Flat, create: () => T): T;
    delete(thing: T): void;
}

// store/attribute-values
interface AttributeQuestion {
    readonly signal: 'traces' | 'logs';
    readonly service?: string;
    readonly prefix?: string;
    readonly values?: number;
}

// store/buckets
interface Buckets {
    readonly bounds: Float64Array;
    readonly counts: Float64Array;
}

// store/condition
interface Condition {
    readonly key: string;
    readonly operator: Operator;
    readonly value: string;
}

type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=' | '~' | '!~' | 'exists' | 'absent';

// store/counts
declare class Counts {
    accepted: number;
    duplicates: number;
    dropped: number;
    evicted: number;
    cleared: number;
}

// store/history
declare class History<T> {
    #private;
    get first(): number;
    get next(): number;
    get size(): number;
    at(number: number): T | undefined;
    push(item: T): number;
    set(number: number, item: T): void;
    shift(): T | undefined;
}

// store/identity
declare class Identities {
    #private;
    of(tenant: string, resource: Resource, seen: number): Identity;
    values(tenant: string): Generator<Identity>;
    release(identity: Identity): void;
}

declare class Identity {
    readonly tenant: string;
    readonly service: string;
    readonly namespace: string;
    readonly instance: string;
    readonly attributes: Flat;
    readonly bytes: number;
    held: number;
    charged: boolean;
    firstSeen: number;
    lastSeen: number;
    measuredSince: number;
    constructor(tenant: string, resource: Resource, seen: number);
}

// store/limits
interface StoreLimits {
    readonly spans: number;
    readonly spanBytes: number;
    readonly spansPerTrace: number;
    readonly logs: number;
    readonly logBytes: number;
    readonly series: number;
    readonly pointsPerSeries: number;
    readonly pointBytes: number;
}

// store/log-search
interface LogSearch {
    readonly service?: string;
    readonly severity?: number;
    readonly text?: string;
    readonly traceId?: string;
    readonly spanId?: string;
    readonly where?: readonly Condition[];
    readonly from?: number;
    readonly to?: number;
    readonly order?: 'newest' | 'oldest';
    readonly limit?: number;
    readonly cursor?: string;
}

// store/logs
declare class Logs {
    #private;
    readonly counts: Counts;
    bytes: number;
    readonly ring: History<StoredLog | null>;
    size: number;
    constructor(limits: StoreLimits, identities: Identities, traces: Traces);
    add(record: LogRecord, identity: Identity, bytes: number, now: number): StoredLog | undefined;
    newestFirst(tenant: string): Generator<StoredLog>;
    clear(tenant: string): void;
}

declare class StoredLog {
    readonly record: LogRecord;
    readonly identity: Identity;
    bytes: number;
    readonly number: number;
    readonly time: number;
    trace: Trace | null;
    constructor(record: LogRecord, identity: Identity, bytes: number, number: number, time: number);
}

// store/metric-chart
declare const AGGREGATES: readonly ['sum', 'mean', 'min', 'max'];

type Aggregate = (typeof AGGREGATES)[number];

declare const CHARTS: readonly ['value', 'rate', 'increase', 'mean', 'p50', 'p75', 'p90', 'p95', 'p99', 'heatmap'];

type Chart = (typeof CHARTS)[number];

interface ChartQuestion {
    readonly name: string;
    readonly service?: string;
    readonly where?: readonly Condition[];
    readonly from?: number;
    readonly to?: number;
    readonly moments?: number;
    readonly as?: Chart;
    readonly by?: readonly string[];
    readonly aggregate?: Aggregate;
    readonly limit?: number;
}

// store/metric-search
interface MetricSearch {
    readonly service?: string;
    readonly text?: string;
    readonly limit?: number;
}

declare const READINGS: readonly ['value', 'rate', 'increase', 'mean', 'p50', 'p75', 'p90', 'p95', 'p99'];

type Reading = (typeof READINGS)[number];

interface SeriesQuestion {
    readonly name: string;
    readonly service?: string;
    readonly where?: readonly Condition[];
    readonly from?: number;
    readonly to?: number;
    readonly as?: Reading;
    readonly step?: number;
    readonly limit?: number;
}

// store/metrics
declare class Metric {
    readonly identity: Identity;
    readonly name: string;
    readonly type: MetricType;
    readonly unit: string;
    readonly scope: string;
    help: string;
    readonly bytes: number;
    readonly trie: AttributeTrie<StoredSeries>;
    constructor(identity: Identity, family: Family);
    is(identity: Identity, family: Family): boolean;
}

declare class Metrics {
    #private;
    readonly counts: Counts;
    merged: number;
    evictedSeries: number;
    points: number;
    bytes: number;
    constructor(limits: StoreLimits, identities: Identities);
    get size(): number;
    all(tenant: string): Generator<Metric>;
    named(tenant: string, name: string): Generator<Metric>;
    add(family: Family, identity: Identity): void;
    clear(tenant: string): void;
}

declare class StoredSeries {
    readonly metric: Metric;
    readonly attributes: Flat;
    readonly points: Points;
    readonly bytes: number;
    readonly born: number;
    constructor(metric: Metric, attributes: Flat);
}

// store/plain
type Plain = string | number | boolean | null | readonly Plain[] | {
    readonly [key: string]: Plain;
};

// store/points
declare class Point {
    time: number;
    readonly start: number;
    readonly value: number;
    readonly count: number;
    readonly buckets: Buckets | null;
    readonly quantiles: Float64Array | null;
    constructor(time: number, start: number, value: number, count: number, buckets: Buckets | null, quantiles: Float64Array | null);
    get bytes(): number;
    same(other: Point): boolean;
}

declare class Points {
    #private;
    readonly list: Point[];
    readonly exemplars: Exemplar[];
    bytes: number;
    whole: boolean;
    get last(): Point | undefined;
    add(point: Point): Taken;
    addDelta(delta: Point): Taken;
    exemplify(exemplar: Exemplar): void;
    shedExemplars(): void;
    shed(n: number): number;
}

type Taken = 'kept' | 'merged' | 'duplicate';

// store/query
declare class Query {
    #private;
    constructor(store: Store, tenant?: string);
    get started(): number;
    services(question?: RateQuestion): ServiceRow[];
    operations(question: OperationQuestion): OperationRow[];
    red(question?: RedQuestion): RedAnswer;
    traces(search?: TraceSearch): Page<TraceRow>;
    scatter(search?: TraceSearch): ScatterAnswer;
    traceFacets(search?: TraceSearch): FacetsAnswer;
    trace(id: string): TraceAnswer | undefined;
    logs(search?: LogSearch): Page<LogRow>;
    logHistogram(search?: LogSearch & {
        readonly moments?: number;
    }): LogHistogram;
    logFacets(search?: LogSearch): FacetsAnswer;
    metrics(search?: MetricSearch): MetricRow[];
    series(question: SeriesQuestion): SeriesAnswer | undefined;
    metricType(name: string): MetricType | undefined;
    chart(question: ChartQuestion): MetricChart | undefined;
    map(question?: {
        from?: number;
        to?: number;
    }): MapAnswer;
    attributes(question: AttributeQuestion): AttributeRow[];
    followTraces(search: TraceSearch, tell: (row: TraceRow) => void): () => void;
    followLogs(search: LogSearch, tell: (row: LogRow) => void, since?: number): () => void;
    status(): StoreStatus;
}

// store/red
declare const RED_BY: readonly ['service', 'operation', 'route'];

interface RedQuestion {
    readonly service?: string;
    readonly by?: (typeof RED_BY)[number];
    readonly kind?: string;
    readonly where?: readonly Condition[];
    readonly from?: number;
    readonly to?: number;
    readonly moments?: number;
    readonly compare?: boolean;
    readonly limit?: number;
}

// store/service-rates
interface OperationQuestion extends RateQuestion {
    readonly service: string;
    readonly kind?: string;
}

interface RateQuestion {
    readonly from?: number;
    readonly to?: number;
    readonly moments?: number;
}

// store/store
declare class Store implements Sink {
    #private;
    readonly name = "store";
    readonly limits: StoreLimits;
    readonly identities: Identities;
    readonly traces: Traces;
    readonly logs: Logs;
    readonly metrics: Metrics;
    readonly now: () => number;
    readonly started: number;
    constructor(options?: {
        limits?: Partial<StoreLimits>;
        now?: () => number;
    });
    accept(batch: Batch, tenant?: string): void;
    listen(listener: StoreListener): () => void;
    clear(tenant?: string): void;
}

interface StoreListener {
    trace?(trace: Trace): void;
    log?(log: StoredLog): void;
}

// store/trace-search
declare const TRACE_ORDERS: readonly ['newest', 'slowest', 'errors'];

type TraceOrder = (typeof TRACE_ORDERS)[number];

interface TraceSearch {
    readonly service?: string;
    readonly name?: string;
    readonly route?: string;
    readonly kind?: string;
    readonly status?: 'ok' | 'error';
    readonly minDuration?: number;
    readonly maxDuration?: number;
    readonly where?: readonly Condition[];
    readonly correlation?: string;
    readonly from?: number;
    readonly to?: number;
    readonly order?: TraceOrder;
    readonly limit?: number;
    readonly cursor?: string;
}

// store/trace
declare class StoredSpan {
    record: SpanRecord;
    identity: Identity;
    bytes: number;
    twin: StoredSpan | null;
    constructor(record: SpanRecord, identity: Identity, bytes: number);
    get duration(): number;
}

declare class Trace {
    #private;
    readonly tenant: string;
    readonly t0: number;
    readonly t1: number;
    readonly t2: number;
    readonly t3: number;
    readonly spans: StoredSpan[];
    readonly logs: StoredLog[];
    bytes: number;
    chain: Trace | null;
    older: Trace | null;
    newer: Trace | null;
    constructor(tenant: string, t0: number, t1: number, t2: number, t3: number);
    get id(): string;
    get head(): StoredSpan | null;
    get start(): number;
    get end(): number;
    get errors(): number;
    get rooted(): boolean;
    get duration(): number;
    identities(): Map<Identity, number>;
    is(tenant: string, t0: number, t1: number, t2: number, t3: number): boolean;
    span(s0: number, s1: number): StoredSpan | undefined;
    add(span: StoredSpan): void;
    replace(held: StoredSpan, record: SpanRecord, identity: Identity, bytes: number): void;
    clear(): void;
}

// store/traces
declare class Traces {
    #private;
    readonly counts: Counts;
    evictedTraces: number;
    spans: number;
    size: number;
    bytes: number;
    constructor(limits: StoreLimits, identities: Identities);
    newestFirst(tenant: string): Generator<Trace>;
    find(tenant: string, t0: number, t1: number, t2: number, t3: number): Trace | undefined;
    add(record: SpanRecord, identity: Identity, bytes: number): Trace | undefined;
    link(log: StoredLog): Trace;
    unlink(log: StoredLog): void;
    clear(tenant: string): void;
}

// wire/otlp/encode
type Signal = 'traces' | 'metrics' | 'logs';
