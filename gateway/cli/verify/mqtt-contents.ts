import { connectAsync, type MqttClient } from 'mqtt';
import { z } from 'zod';

const reconnectMs = 50;
const connectTimeoutMs = 10_000;

const framesSchema = z.object({ seq: z.array(z.number()), t: z.array(z.number()) });
const eventSchema = z.object({ seq: z.number(), t: z.number() });

/** What one number of the journal was heard as. */
export type HeardEntry = { readonly timeMs: number; readonly copies: number };

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
      this.#count(seq, t);
      return;
    }
    const { seq, t } = framesSchema.parse(message);
    for (const [index, number] of seq.entries()) this.#count(number, t[index] ?? Number.NaN);
  }

  #count(seq: number, timeMs: number): void {
    const copies = (this.heard.get(seq)?.copies ?? 0) + 1;
    this.heard.set(seq, { timeMs, copies });
  }
}
