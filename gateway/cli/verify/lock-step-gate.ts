import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { describeError } from '../../core/error.ts';
import type { ScenarioClock } from './scenario-clock.ts';
import type { SimulatorControl } from './simulator-control.ts';

const mostBodyBytes = 4096;
const advanceSchema = z.object({ toMs: z.number() });

/**
 * Stands between a gateway in lock-step and its simulators. The gateway asks to move time once all that was due is done;
 * the gate lets it up to the next instant of the scenario and holds it there until what happens at that instant is done.
 */
export class LockStepGate implements ScenarioClock {
  readonly startMs: number;
  readonly url: string;
  readonly #control: SimulatorControl;
  readonly #server: Server;
  #limitMs: number;
  #nowMs: number;
  #isRunningOn = false;
  /** Advances that wait at the limit. */
  readonly #held = new Set<() => void>();
  #onHeld: (() => void) | undefined;

  private constructor(options: {
    readonly control: SimulatorControl;
    readonly server: Server;
    readonly startMs: number;
  }) {
    this.#control = options.control;
    this.#server = options.server;
    this.startMs = options.startMs;
    this.#limitMs = options.startMs;
    this.#nowMs = options.startMs;
    const { port } = options.server.address() as AddressInfo;
    this.url = `http://127.0.0.1:${port}`;
    this.#server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#serve(request, response);
    });
  }

  static async open(control: SimulatorControl): Promise<LockStepGate> {
    const { nowMs } = await control.state();
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new LockStepGate({ control, server, startMs: nowMs });
  }

  begin(): Promise<void> {
    return this.reach(0, true);
  }

  async reach(offsetMs: number, isGatewayUp: boolean): Promise<void> {
    const toMs = this.startMs + offsetMs;
    this.#limitMs = Math.max(this.#limitMs, toMs);
    if (!isGatewayUp) {
      // Nobody else moves time.
      if (toMs > this.#nowMs) await this.#advance(toMs);
      return;
    }
    const reached = new Promise<void>((resolve) => {
      this.#onHeld = resolve;
    });
    const held = [...this.#held];
    this.#held.clear();
    for (const go of held) go();
    await reached;
    this.#onHeld = undefined;
  }

  runOn(): void {
    this.#limitMs = Number.POSITIVE_INFINITY;
    this.#isRunningOn = true;
    for (const go of this.#held) go();
    this.#held.clear();
  }

  offsetOf(gatewayMs: number): number {
    return gatewayMs - this.startMs;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let status = 200;
    let body: unknown;
    try {
      body = await this.#answer(request, response);
    } catch (error) {
      status = 502;
      body = { error: describeError(error) };
    }
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    if (request.method !== 'POST') return this.#control.state();
    let text = '';
    for await (const chunk of request) {
      text += String(chunk);
      if (text.length > mostBodyBytes) throw new RangeError(`more than ${mostBodyBytes} bytes`);
    }
    const { toMs } = advanceSchema.parse(JSON.parse(text));
    while (toMs > this.#limitMs) {
      if (!(await this.#hold(response))) throw new Error('the gateway is gone');
    }
    if (this.#isRunningOn) await sleep(Math.max(0, toMs - this.#nowMs));
    await this.#advance(toMs);
    return { nowMs: toMs };
  }

  /** Waits for the limit to rise; false when the gateway ends meanwhile. */
  #hold(response: ServerResponse): Promise<boolean> {
    return new Promise((resolve) => {
      const go = (): void => resolve(true);
      this.#held.add(go);
      response.once('close', () => {
        this.#held.delete(go);
        resolve(false);
      });
      this.#onHeld?.();
    });
  }

  async #advance(toMs: number): Promise<void> {
    await this.#control.advance(toMs);
    this.#nowMs = toMs;
  }
}
