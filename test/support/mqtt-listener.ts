import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';

export type HeardMessage = {
  readonly topic: string;
  readonly text: string;
  readonly retain: boolean;
  readonly qos: number;
};

/** A subscriber that keeps what it hears. */
export class MqttListener {
  readonly messages: HeardMessage[] = [];
  readonly #client: MqttClient;
  readonly #waiting = new Set<() => void>();

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on('message', (topic, payload, packet) => {
      this.messages.push({
        topic,
        text: payload.toString(),
        retain: packet.retain,
        qos: packet.qos,
      });
      // After whatever else the test does with this message.
      queueMicrotask(() => {
        for (const check of this.#waiting) check();
      });
    });
  }

  static async connect(url: string, topic: string, options: IClientOptions = {}) {
    const client = await connectAsync(url, { reconnectPeriod: 50, ...options });
    const listener = new MqttListener(client);
    await client.subscribeAsync(topic, { qos: 1 });
    return listener;
  }

  get client(): MqttClient {
    return this.#client;
  }

  /** The bodies heard on one topic, parsed. */
  bodies(topic: string): readonly Record<string, unknown>[] {
    return this.messages
      .filter((message) => message.topic === topic)
      .map((message) => JSON.parse(message.text) as Record<string, unknown>);
  }

  /** Resolves once `condition` holds; it is asked after every message. */
  until(condition: () => boolean, what: string, timeoutMs = 10_000): Promise<void> {
    const reached = Promise.withResolvers<void>();
    const timer = setTimeout(
      () => reached.reject(new Error(`waited ${timeoutMs} ms for ${what}`)),
      timeoutMs,
    );
    const check = (): void => {
      if (!condition()) return;
      clearTimeout(timer);
      this.#waiting.delete(check);
      reached.resolve();
    };
    this.#waiting.add(check);
    check();
    return reached.promise;
  }

  async end(): Promise<void> {
    await this.#client.endAsync(true);
  }
}
