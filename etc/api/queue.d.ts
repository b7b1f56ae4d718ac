// telltale/queue: AmqplibClient, AmqplibConnection, BossClient, BullMQClient, Carrier, Delivery, KafkaAdmin, KafkaClient, Message, NatsClient, NatsConsumer, Outgoing, Publication, Relation, Send, Settlement, amqplibLag, consume, handle, kafkaLag, natsLag, observeAmqplib, observeBullMQ, observeKafka, observeNats, observePgBoss, publish, watchLag

// context/carrier
type Carrier = Readonly<Record<string, unknown>>;

// surfaces/queue/amqplib-lag
interface AmqplibConnection {
    createChannel(...args: never[]): unknown;
}

declare function amqplibLag(connection: AmqplibConnection, queue: string): () => Promise<number>;

// surfaces/queue/amqplib
type AmqplibClient = {
    createChannel(...args: never[]): unknown;
    createConfirmChannel(...args: never[]): unknown;
} | {
    publish(...args: never[]): unknown;
    consume(...args: never[]): unknown;
    ack(...args: never[]): unknown;
};

declare function observeAmqplib<T extends AmqplibClient>(client: T): T;

// surfaces/queue/bullmq
interface BullMQClient {
    close(...args: never[]): unknown;
}

declare function observeBullMQ<T extends BullMQClient>(client: T): T;

// surfaces/queue/consume
interface Delivery extends Message {
    readonly queue: string;
    readonly system?: string;
    readonly name?: string;
    readonly batch?: readonly Message[];
    readonly attributes?: Attributes | undefined;
    readonly relation?: Relation;
}

interface Message {
    readonly id?: string | number | undefined;
    readonly headers?: Carrier | null | undefined;
    readonly at?: number | Date | undefined;
}

interface Settlement {
    nack(reason?: unknown, count?: number): void;
    ack(count: number): void;
}

declare function consume<R>(from: string | Delivery, handler: (settlement: Settlement) => R): R;

// surfaces/queue/held
declare function handle<M, R>(message: M, handler: (message: M) => R): R;

// surfaces/queue/kafka-lag
interface KafkaAdmin {
    fetchTopicOffsets(topic: string): PromiseLike<readonly {
        partition: number;
        high: string;
        low: string;
    }[]>;
    fetchOffsets(options: {
        groupId: string;
        topics?: string[];
    }): PromiseLike<readonly {
        topic: string;
        partitions: readonly {
            partition: number;
            offset: string;
        }[];
    }[]>;
}

declare function kafkaLag(admin: KafkaAdmin, group: string, topic: string): () => Promise<number>;

// surfaces/queue/kafkajs
type KafkaClient = {
    producer(...args: never[]): unknown;
    consumer(...args: never[]): unknown;
} | {
    send(...args: never[]): unknown;
    sendBatch(...args: never[]): unknown;
} | {
    subscribe(...args: never[]): unknown;
    run(...args: never[]): unknown;
};

declare function observeKafka<T extends KafkaClient>(client: T): T;

// surfaces/queue/lag
declare function watchLag(queue: string, read: () => number | PromiseLike<number>, everyMs?: number): () => void;

// surfaces/queue/nats-lag
interface NatsConsumer {
    info(): PromiseLike<{
        readonly num_pending: number;
    }>;
}

declare function natsLag(consumer: NatsConsumer): () => Promise<number>;

// surfaces/queue/nats
type NatsClient = {
    publish(...args: never[]): unknown;
    subscribe(...args: never[]): unknown;
    request(...args: never[]): unknown;
} | {
    publish(...args: never[]): unknown;
    readonly consumers: object;
} | {
    consume(...args: never[]): unknown;
    info(...args: never[]): unknown;
};

declare function observeNats<T extends NatsClient>(client: T): T;

// surfaces/queue/pg-boss
interface BossClient {
    send(...args: never[]): unknown;
    work(...args: never[]): unknown;
}

declare function observePgBoss<T extends BossClient>(boss: T): T;

// surfaces/queue/publish
interface Outgoing {
    readonly headers?: Carrier | null | undefined;
}

interface Publication extends Outgoing {
    readonly queue: string;
    readonly system?: string;
    readonly id?: string | number | undefined;
    readonly batch?: readonly Outgoing[];
    readonly attributes?: Attributes | undefined;
}

type Send<R> = (headers: Record<string, string>, each: readonly Record<string, string>[], note: (attributes: Attributes) => void) => R;

declare function publish<R>(to: string | Publication, send: Send<R>): R;

// surfaces/queue/surface
type Relation = 'parent' | 'link';

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;
