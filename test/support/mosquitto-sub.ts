import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { connectAsync } from 'mqtt';
import { eventually } from './gateway-process.ts';

export type HeardLine = {
  readonly isRetained: boolean;
  readonly topic: string;
  readonly payload: Readonly<Record<string, unknown>>;
};

/** The program that people look into a broker with. */
export class MosquittoSub {
  readonly heard: HeardLine[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  /** Listens at once; `args` are more of its own arguments. */
  constructor(program: string, port: number, args: readonly string[]) {
    const child = spawn(
      program,
      ['-h', '127.0.0.1', '-p', String(port), '-q', '1', '-F', '%r\t%t\t%p', ...args],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    this.#child = child;
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      const [retained = '', topic = '', payload = ''] = line.split('\t');
      this.heard.push({
        isRetained: retained === '1',
        topic,
        payload: JSON.parse(payload) as HeardLine['payload'],
      });
    });
    this.#ended = once(lines, 'close');
  }

  /** Listens to a topic and all below it, and has begun to when this resolves: what is published from then on is heard. */
  static async listening(program: string, port: number, topic: string): Promise<MosquittoSub> {
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`);
    await client.publishAsync(`${topic}/listening`, '{}', { qos: 1, retain: true });
    await client.endAsync();
    const subscriber = new MosquittoSub(program, port, ['-t', `${topic}/#`]);
    await eventually(() => (subscriber.heard.length > 0 ? true : undefined), 'a subscription');
    return subscriber;
  }

  /** Resolves when it has ended by itself and everything it said is in `heard`. */
  get ended(): Promise<unknown> {
    return this.#ended;
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#ended;
  }
}
