// telltale/workflow: Carrier, DBOSEngine, Hand, MeterCounter, MeterGauge, MeterHistogram, MeterTags, MeterUpDownCounter, MeterValueType, MetricMeter, Outcome, StartSettings, StepSettings, TemporalBuffer, TemporalMetrics, TemporalOptions, TemporalPlugin, TemporalTelemetry, Work, WorkflowSettings, collectTemporal, metricMeter, observeDBOS, startWorkflow, step, temporal, workflow

// context/carrier
type Carrier = Readonly<Record<string, unknown>>;

// surfaces/workflow/dbos
type DBOSEngine = object;

declare function observeDBOS<T extends DBOSEngine>(engine: T): T;

// surfaces/workflow/instruments
type Outcome = 'success' | 'failure' | 'cancelled' | 'abandoned';

// surfaces/workflow/meter
interface MeterCounter extends Metric<'counter', 'int'> {
    add(value: number, extraTags?: MeterTags): void;
    withTags(tags: MeterTags): MeterCounter;
}

interface MeterGauge extends Metric<'gauge', MeterValueType> {
    set(value: number, extraTags?: MeterTags): void;
    withTags(tags: MeterTags): MeterGauge;
}

interface MeterHistogram extends Metric<'histogram', MeterValueType> {
    record(value: number, extraTags?: MeterTags): void;
    withTags(tags: MeterTags): MeterHistogram;
}

type MeterTags = Record<string, string | number | boolean>;

interface MeterUpDownCounter extends Metric<'up-down-counter', 'int'> {
    add(value: number, extraTags?: MeterTags): void;
    withTags(tags: MeterTags): MeterUpDownCounter;
}

type MeterValueType = 'int' | 'float';

interface MetricMeter {
    createCounter(name: string, unit?: string, description?: string): MeterCounter;
    createHistogram(name: string, valueType?: MeterValueType, unit?: string, description?: string): MeterHistogram;
    createGauge(name: string, valueType?: MeterValueType, unit?: string, description?: string): MeterGauge;
    createUpDownCounter(name: string, unit?: string, description?: string): MeterUpDownCounter;
    withTags(tags: MeterTags): MetricMeter;
}

declare function metricMeter(tags?: MeterTags, registry?: Registry): MetricMeter;

// surfaces/workflow/run
type Work<R> = (span: Started) => R;

interface WorkflowSettings {
    readonly id?: string | number | undefined;
    readonly engine?: string | undefined;
    readonly queue?: string | undefined;
    readonly headers?: Carrier | null | undefined;
    readonly at?: number | Date | undefined;
    readonly recovered?: boolean | undefined;
    readonly outcome?: ((error: unknown) => Outcome) | undefined;
}

declare function workflow<R>(name: string, work: Work<R>): R;
declare function workflow<R>(name: string, settings: WorkflowSettings, work: Work<R>): R;

// surfaces/workflow/start
type Hand<R> = (headers: Record<string, string>) => R;

interface StartSettings {
    readonly id?: string | number | undefined;
    readonly engine?: string | undefined;
    readonly queue?: string | undefined;
}

declare function startWorkflow<R>(name: string, hand: Hand<R>): R;
declare function startWorkflow<R>(name: string, settings: StartSettings, hand: Hand<R>): R;

// surfaces/workflow/step
interface StepSettings {
    readonly attempt?: number | undefined;
}

declare function step<R>(name: string, work: Work<R>): R;
declare function step<R>(name: string, settings: StepSettings, work: Work<R>): R;

// surfaces/workflow/temporal-metrics
interface TemporalBuffer {
    retrieveUpdates(): Iterable<Update>;
}

declare function collectTemporal(buffer: TemporalBuffer, registry?: Registry, everyMs?: number): () => void;

// surfaces/workflow/temporal
type TemporalMetrics = 'registry' | 'none' | {
    readonly prometheus: string;
} | {
    readonly otlp: string;
    readonly headers?: Readonly<Record<string, string>>;
};

interface TemporalOptions {
    readonly from?: string | undefined;
    readonly metrics?: TemporalMetrics | undefined;
}

interface TemporalPlugin {
    readonly name: string;
    configureClient?<T>(options: T): T;
    configureWorker?<T>(options: T): T;
    configureReplayWorker?<T>(options: T): T;
    configureBundler?<T>(options: T): T;
}

interface TemporalTelemetry {
    readonly plugins: TemporalPlugin[];
    readonly activityInterceptors: ((context: any) => any)[];
    readonly runtime: {
        telemetryOptions?: {
            metrics?: any;
        };
    };
    readonly metricMeter: MetricMeter;
    stop(): void;
}

declare function temporal(options?: TemporalOptions): TemporalTelemetry;

// trace/tracer
type Work<S, R> = (span: S) => R;

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

// surfaces/workflow/meter
interface Metric<Kind extends string, ValueType extends MeterValueType> {
    name: string;
    unit?: string;
    description?: string;
    kind: Kind;
    valueType: ValueType;
}

// surfaces/workflow/temporal-metrics
interface CoreMetric {
    readonly name: string;
    readonly unit?: string;
    readonly description?: string;
    readonly kind: string;
    readonly valueType: MeterValueType;
}

interface Update {
    readonly metric: CoreMetric;
    readonly value: number;
    readonly attributes: MeterTags;
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

// wire/prometheus/naming
type Naming = 'short' | 'semconv';
