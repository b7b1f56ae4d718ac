// telltale/audit: ACTOR_ROLES, ActorRole, Audit, AuditEntry, AuditOptions, AuditResult, AuditRow, Break, Broken, ChainedRow, GENESIS, Head, METADATA_KEYS, Metadata, MetadataKey, RecordOptions, Verification, VerifyOptions, encode, hashOf, openAudit, record, runningAudit

// audit/audit
declare class Audit {
    #private;
    constructor(parts: AuditParts);
    record(entry: AuditEntry, { client }?: RecordOptions): Promise<ChainedRow>;
    open(): Promise<this>;
    verify(options?: VerifyOptions): Promise<Verification>;
    head(): Promise<Head>;
    rows({ after, limit, }?: {
        readonly after?: number;
        readonly limit?: number;
    }): Promise<readonly ChainedRow[]>;
    close(): Promise<void>;
}

interface RecordOptions {
    readonly client?: unknown;
}

// audit/chain
declare const GENESIS: string;

interface Head {
    readonly seq: number;
    readonly hash: string;
}

declare function encode(row: AuditRow, prevHash: string): Buffer;

declare function hashOf(row: AuditRow, prevHash: string): string;

// audit/metadata
declare const METADATA_KEYS: readonly ["reason", "policy_key", "old_value", "new_value", "status_from", "status_to", "error_code", "request_scope", "idempotency_key_hash", "provider_ref", "allocation_id", "node_id"];

type Metadata = {
    readonly [K in MetadataKey]?: unknown;
};

type MetadataKey = (typeof METADATA_KEYS)[number];

// audit/open
interface AuditOptions {
    readonly store?: 'embedded' | 'postgresql' | undefined;
    readonly path?: string | undefined;
    readonly url?: string | undefined;
    readonly table?: string | undefined;
    readonly database?: unknown;
    readonly create?: boolean | undefined;
    readonly redact?: Redactor | RedactOptions | undefined;
    readonly registry?: Registry | undefined;
    readonly now?: (() => number) | undefined;
}

declare function openAudit(options?: AuditOptions): Promise<Audit>;

// audit/row
declare const ACTOR_ROLES: readonly ['user', 'admin', 'service_account', 'system'];

type ActorRole = (typeof ACTOR_ROLES)[number];

interface AuditEntry {
    readonly id?: string;
    readonly actor_user_id?: string | number | bigint | null;
    readonly actor_role: ActorRole;
    readonly action: string;
    readonly target_type: string;
    readonly target_id: string | number | bigint;
    readonly result: AuditResult;
    readonly correlation_id?: string;
    readonly metadata?: Metadata;
    readonly actor_ip?: string | null;
    readonly user_agent?: string | null;
}

type AuditResult = (typeof RESULTS)[number];

interface AuditRow {
    readonly id: string;
    readonly actor_user_id: string | null;
    readonly actor_role: ActorRole;
    readonly action: string;
    readonly target_type: string;
    readonly target_id: string;
    readonly result: AuditResult;
    readonly correlation_id: string;
    readonly metadata: Metadata;
    readonly created_at: string;
    readonly actor_ip: string | null;
    readonly user_agent: string | null;
}

interface ChainedRow extends AuditRow {
    readonly seq: number;
    readonly prev_hash: string;
    readonly hash: string;
}

// audit/running
declare function record(entry: AuditEntry, options?: RecordOptions): Promise<ChainedRow | null>;

declare function runningAudit(): Promise<Audit | null>;

// audit/verify
type Break = 'changed' | 'missing' | 'order' | 'genesis' | 'head' | 'start';

interface Broken {
    readonly kind: Break;
    readonly id: string | null;
    readonly seq: number | null;
    readonly text: string;
}

interface Verification {
    readonly ok: boolean;
    readonly rows: number;
    readonly head: {
        readonly seq: number;
        readonly id: string;
        readonly hash: string;
    } | null;
    readonly broken: Broken | null;
}

interface VerifyOptions {
    readonly fromId?: string | undefined;
    readonly head?: string | undefined;
}

// audit/audit
interface AuditParts {
    readonly open: () => Promise<Store>;
    readonly redactor: Redactor;
    readonly registry?: Registry | undefined;
    readonly now?: (() => number) | undefined;
}

// audit/row
declare const RESULTS: readonly ['success', 'failure'];

// audit/store
interface Reader {
    head(): Promise<Head>;
    after(seq: number, limit: number): Promise<readonly ChainedRow[]>;
    byId(id: string): Promise<ChainedRow | undefined>;
    hasHash(hash: string): Promise<boolean>;
    checkpoint(): Promise<ChainedRow | undefined>;
}

type Seal = (head: Head) => ChainedRow;

interface Store {
    append(seal: Seal, client?: unknown): Promise<ChainedRow>;
    holds?(client: unknown): Promise<boolean>;
    read<T>(work: (reader: Reader) => Promise<T>): Promise<T>;
    remove(seq: number, limit: number): Promise<number>;
    close(): Promise<void>;
}

// metrics/counter
declare class BoundCounter implements Leaf {
    #private;
    series: Series;
    constructor(series: Series, counter: Counter, source: ExemplarSource);
    add(n: number): void;
    addFor(n: number, ids: TraceIds): void;
    attach(series: Series): void;
}

declare class Counter {
    #private;
    readonly trie: SeriesTrie<BoundCounter>;
    constructor(family: Family, dropped: readonly string[], ground: Ground, source: ExemplarSource);
    add(n: number, labels?: Labels): void;
    with(labels?: Labels): BoundCounter;
    refuse(n: unknown): void;
}

// metrics/exemplar
declare class ExemplarSource implements TraceIds {
    #private;
    on: boolean;
    t0: number;
    t1: number;
    t2: number;
    t3: number;
    s0: number;
    s1: number;
    flags: number;
    collected: number;
    use(read: ReadIds | null): void;
    sample(series: Series, slot: number, slots: number, value: number): void;
    sampleFor(series: Series, slot: number, slots: number, value: number, ids: TraceIds): void;
}

type ReadIds = (into: TraceIds) => boolean;

interface TraceIds {
    t0: number;
    t1: number;
    t2: number;
    t3: number;
    s0: number;
    s1: number;
    flags: number;
}

// metrics/gauge
declare class BoundGauge implements Leaf {
    #private;
    series: Series;
    constructor(series: Series, gauge: Gauge, shown: boolean);
    set(value: number): void;
    add(n: number): void;
    attach(series: Series): void;
}

declare class Gauge {
    #private;
    readonly trie: SeriesTrie<BoundGauge>;
    mode: number;
    constructor(family: Family, dropped: readonly string[], ground: Ground, mode: GaugeMode | undefined);
    set(value: number, labels?: Labels): void;
    add(n: number, labels?: Labels): void;
    with(labels?: Labels): BoundGauge;
    remove(labels?: Labels): void;
    clear(): void;
    settle(mode: number): boolean;
    refuse(value: unknown, mode: number): void;
}

type GaugeMode = 'set' | 'add';

// metrics/ground
interface Ground {
    readonly ledger: Ledger;
    limits: Limits;
    total: number;
    redact: RedactValue;
    readonly now: () => number;
}

type Labels = Readonly<Record<string, unknown>>;

interface Limits {
    readonly series: number;
    readonly nodes: number;
    readonly valueLength: number;
    readonly total: number;
}

type RedactValue = (key: string, value: string) => string;

// metrics/histogram
declare class BoundHistogram implements Leaf {
    #private;
    series: Series;
    constructor(series: Series, bounds: Float64Array, histogram: Histogram, source: ExemplarSource);
    observe(value: number): void;
    observeFor(value: number, ids: TraceIds | null): void;
    attach(series: Series): void;
}

declare class Histogram {
    #private;
    readonly trie: SeriesTrie<BoundHistogram>;
    constructor(family: Family, dropped: readonly string[], ground: Ground, source: ExemplarSource);
    observe(value: number, labels?: Labels): void;
    with(labels?: Labels): BoundHistogram;
    refuse(value: unknown): void;
}

// metrics/ledger
declare class Ledger {
    #private;
    strict: boolean;
    attach(rejected: Counter, overflowed: Counter, prefix: string): void;
    refuse(metric: string, reason: Refusal, found: string): void;
    overflow(metric: string, series: number): void;
}

type Refusal = 'kind' | 'name' | 'labels' | 'negative' | 'not_finite';

// metrics/observable
declare class Observable {
    #private;
    readonly trie: SeriesTrie<Observed>;
    constructor(family: Family, dropped: readonly string[], ground: Ground);
    add(callback: ObserveCallback): void;
    remove(callback: ObserveCallback): void;
    observe(value: number, labels?: Labels): void;
    begin(): void;
    collect(): void;
    end(hooksFailed: boolean): void;
}

type ObserveCallback = (report: Report) => unknown;

declare class Observed implements Leaf {
    series: Series;
    seen: number;
    constructor(series: Series);
    attach(series: Series): void;
}

type Report = (value: number, labels?: Labels) => void;

// metrics/options
interface GaugeOptions extends InstrumentOptions {
    readonly mode?: GaugeMode | undefined;
}

interface HistogramOptions extends InstrumentOptions {
    readonly buckets?: readonly number[] | undefined;
}

interface InstrumentOptions {
    readonly labels?: readonly string[] | null | undefined;
    readonly help?: string | undefined;
    readonly unit?: string | undefined;
    readonly scope?: Scope | undefined;
    readonly group?: Group | undefined;
    readonly rank?: number | undefined;
}

interface ObservableOptions extends InstrumentOptions {
    readonly type?: 'gauge' | 'counter' | 'updown' | undefined;
}

interface RegistryOptions {
    readonly limits?: Partial<Limits>;
    readonly views?: readonly View[];
    readonly strict?: boolean;
    readonly off?: readonly Group[];
    readonly redact?: RedactValue;
}

// metrics/registry
type Instrument = Counter | Gauge | Histogram | Observable;

declare class Registry {
    #private;
    constructor(options?: RegistryOptions & {
        prefix?: string;
        now?: () => number;
    });
    configure(options: RegistryOptions): void;
    counter(name: string, options?: InstrumentOptions): Counter;
    gauge(name: string, options?: GaugeOptions): Gauge;
    updown(name: string, options?: InstrumentOptions): Gauge;
    histogram(name: string, options?: HistogramOptions): Histogram;
    observable(name: string, options: ObservableOptions, callback?: ObserveCallback): Observable;
    declare(row: Name): Instrument;
    observe(row: Name, callback?: ObserveCallback): Observable;
    onCollect(hook: () => void): () => void;
    exemplars(read: ReadIds | null): void;
    get ledger(): Ledger;
    families(): Family[];
    collectDelta(): Family[];
    find(name: string): {
        readonly family: Family;
        readonly observed: boolean;
    } | undefined;
    exposition(options?: {
        naming?: Naming;
        hide?: readonly Group[];
    }): Family[];
}

// metrics/series
interface Leaf {
    series: Series;
    attach(series: Series): void;
}

declare class SeriesTrie<T extends Leaf> {
    #private;
    family: Family;
    readonly canonical: Map<string, T>;
    constructor(family: Family, dropped: readonly string[], ground: Ground, make: (series: Series, part: boolean) => T, lazy?: boolean);
    find(labels: Labels | undefined): T | null;
    nowhere(): T;
    refuseAll(): void;
    get label(): string;
    get nodes(): number;
    remove(gone: (leaf: T) => boolean): void;
    refine(family: Family, dropped: readonly string[], merge: (into: Series, from: Series) => boolean): number;
}

// metrics/views
interface View {
    readonly name: string;
    readonly rename?: string | undefined;
    readonly alias?: string | undefined;
    readonly drop_labels?: readonly string[] | undefined;
    readonly buckets?: readonly number[] | undefined;
    readonly bounds?: readonly number[] | undefined;
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

// model/names
type Group = 'http' | 'database' | 'process' | 'runtime' | 'uptime' | 'app' | 'logs' | 'otel.sdk' | 'telltale' | 'custom';

interface Name {
    readonly short: string;
    readonly otel: string;
    readonly type: 'counter' | 'updown' | 'gauge' | 'histogram';
    readonly unit: string;
    readonly help: string;
    readonly labels: readonly Label[];
    readonly group: Group;
    readonly namespaced: boolean;
    readonly bounds?: readonly number[];
    readonly only?: 'short' | 'semconv';
    readonly open?: true;
    readonly countOf?: string;
    readonly exempt?: string;
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

type Verdict = 0 | 1 | 2 | 3 | 4;

// redact/redact
interface OwnPattern {
    readonly name: string;
    readonly pattern: RegExp;
}

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

// wire/prometheus/naming
type Naming = 'short' | 'semconv';
