// How many messages of a stream its consumer has not been given yet.

/** A consumer of JetStream, by shape. */
export interface NatsConsumer {
  info(): PromiseLike<{ readonly num_pending: number }>
}

/** Asks the server for what waits for `consumer`; for `watchLag`. */
export function natsLag(consumer: NatsConsumer): () => Promise<number> {
  return async () => (await consumer.info()).num_pending
}
