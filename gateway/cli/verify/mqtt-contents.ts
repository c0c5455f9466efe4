import { connectAsync, type MqttClient } from 'mqtt';
import { z } from 'zod';

const reconnectMs = 50;
const connectTimeoutMs = 10_000;

/** A column is a list with one item a row, or names the few rows that it has items for. */
const columnSchema = z.union([
  z.array(z.unknown()),
  z.object({ rows: z.array(z.number()), values: z.array(z.unknown()) }),
]);
const framesSchema = z.object({
  seq: z.array(z.number()),
  t: z.array(z.number()),
  values: z.array(columnSchema),
});
const eventSchema = z.object({ seq: z.number(), t: z.number() });

/** What one number of the journal was heard as. */
export type HeardEntry = {
  readonly timeMs: number;
  /** Of the numbers of the frame, in the order of its points; 0 of an event. */
  readonly sum: number;
  readonly copies: number;
};

/** The sum of the numbers of each row, in the order of the columns. */
const rowSums = ({ seq, values }: z.output<typeof framesSchema>): readonly number[] => {
  const sums = seq.map(() => 0);
  for (const column of values) {
    const items = Array.isArray(column) ? column : column.values;
    for (const [index, item] of items.entries()) {
      const row = Array.isArray(column) ? index : (column.rows[index] as number);
      if (typeof item === 'number') sums[row] = (sums[row] as number) + item;
    }
  }
  return sums;
};

/** A subscriber to the stream and the events of a site, which counts every number that it hears. */
export class MqttContents {
  readonly heard = new Map<number, HeardEntry>();
  readonly #client: MqttClient;

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on('message', (topic, payload) => {
      this.#hear(topic, JSON.parse(payload.toString()));
    });
  }

  /**
   * `isKept`: the broker keeps what is published while this subscriber is away. Its session outlives the connection, so that
   * nothing is missed when the broker goes and comes back.
   */
  static async open(options: {
    readonly port: number;
    readonly topic: string;
    readonly isKept: boolean;
  }): Promise<MqttContents> {
    const { port, topic, isKept } = options;
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
      clientId: `seamwatt-verify-${process.pid}`,
      clean: !isKept,
      reconnectPeriod: reconnectMs,
      connectTimeout: connectTimeoutMs,
    });
    // The library tries again by itself; while a broker is down that is no news.
    client.on('error', () => undefined);
    const contents = new MqttContents(client);
    await client.subscribeAsync([`${topic}/+/+/+/_frames`, `${topic}/_events`], { qos: 1 });
    return contents;
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }

  #hear(topic: string, message: unknown): void {
    if (topic.endsWith('/_events')) {
      const { seq, t } = eventSchema.parse(message);
      this.#count(seq, t, 0);
      return;
    }
    const frames = framesSchema.parse(message);
    const sums = rowSums(frames);
    for (const [row, seq] of frames.seq.entries()) {
      this.#count(seq, frames.t[row] ?? Number.NaN, sums[row] ?? Number.NaN);
    }
  }

  #count(seq: number, timeMs: number, sum: number): void {
    const copies = (this.heard.get(seq)?.copies ?? 0) + 1;
    this.heard.set(seq, { timeMs, sum, copies });
  }
}
