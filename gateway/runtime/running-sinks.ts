import type { SiteIdentity } from '../core/adapter.ts';
import type { Clock } from '../core/clock.ts';
import { describeError, GatewayError } from '../core/error.ts';
import type { GatewayEvent } from '../core/event.ts';
import type { Log } from '../core/log.ts';
import type { Journal } from '../journal/contract.ts';
import { inBackground } from './background.ts';
import {
  describeExchange,
  type MemberChanges,
  type PreparedExchange,
  planExchange,
} from './exchange.ts';
import { openSink, type SinkPart } from './open-sink.ts';
import type { SinkPump, SinkStatus } from './sink-pump.ts';
import type { SitePoints } from './site-points.ts';
import { endsWithin } from './within.ts';

/** A sink that has to leave may finish the batch under way, then hang up. */
const finishWithinMs = 2000;
const leaveWithinMs = 5000;
/** The same at a stop, which has less time; what is not done by then is sent again by the next start. */
const finishAtStopMs = 700;

type RunningSink = {
  readonly part: SinkPart;
  readonly pump: SinkPump;
  /** Ends it between two batches. */
  readonly leaving: AbortController;
  /** Ends it now. */
  readonly ending: AbortController;
  readonly ended: Promise<void>;
};

type SinkGateway = {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  readonly points: SitePoints;
  readonly site: SiteIdentity;
  event(event: GatewayEvent): void;
};

/** The sinks that run, each with a pump that carries the journal to it. */
export class RunningSinks {
  readonly #gateway: SinkGateway;
  readonly #ending = new AbortController();
  #running: readonly RunningSink[] = [];

  constructor(gateway: SinkGateway) {
    this.#gateway = gateway;
  }

  /** Those that were started run until `stop` also when a later one cannot be. */
  async start(parts: readonly SinkPart[]): Promise<void> {
    for (const part of parts) {
      const pump = await openSink(part, this.#gateway);
      this.#running = [...this.#running, this.#run(part, pump)];
    }
  }

  statuses(): readonly SinkStatus[] {
    return this.#running.map(({ pump }) => pump.status());
  }

  pump(id: string): SinkPump | undefined {
    return this.#running.find(({ part }) => part.id === id)?.pump;
  }

  /**
   * Ends the sinks that are not in `next`, whose places in the journal stay stored, and opens the new ones, which begin
   * when the exchange is applied; those that are the same go on without noticing.
   * @throws GatewayError, with all running as before, when one does not end or cannot be made
   */
  async exchange(next: readonly SinkPart[]): Promise<PreparedExchange> {
    const before = this.#running;
    const plan = planExchange(this.#members(), next);
    const leaving = before.filter(({ part }) => plan.leaving.includes(part));
    const opened = new Map<SinkPart, SinkPump>();
    const undo = async (): Promise<void> => {
      await Promise.all([...opened.values()].map((pump) => pump.run(AbortSignal.abort())));
      for (const running of leaving) await this.#putBack(running);
    };
    try {
      await this.#end(leaving);
      for (const part of plan.joining) opened.set(part, await openSink(part, this.#gateway));
    } catch (error) {
      await undo();
      throw error;
    }
    return {
      apply: () => {
        this.#running = next.flatMap((part) => {
          const staying = this.#running.find((running) => running.part === part);
          const pump = opened.get(part);
          if (staying !== undefined) return [staying];
          return pump === undefined ? [] : [this.#run(part, pump)];
        });
      },
      undo,
    };
  }

  /** What becomes of those that run when `next` takes their place. */
  changesTo(next: readonly SinkPart[]): MemberChanges {
    return describeExchange(planExchange(this.#members(), next));
  }

  #members(): readonly SinkPart[] {
    return this.#running.map(({ part }) => part);
  }

  async stop(): Promise<void> {
    for (const { leaving } of this.#running) leaving.abort();
    const taking = this.#running.filter(isUp);
    await Promise.all(taking.map(({ ended }) => endsWithin(ended, finishAtStopMs)));
    this.#ending.abort();
    await Promise.all(this.#running.map(({ ended }) => ended));
  }

  #run(part: SinkPart, pump: SinkPump): RunningSink {
    const leaving = new AbortController();
    const ending = new AbortController();
    const signal = AbortSignal.any([ending.signal, this.#ending.signal]);
    const ended = inBackground(pump.run(signal, leaving.signal), this.#gateway.log);
    return { part, pump, leaving, ending, ended };
  }

  async #end(leaving: readonly RunningSink[]): Promise<void> {
    const ended = await Promise.all(leaving.map(endSink));
    const hanging = leaving.filter((_running, index) => ended[index] !== true);
    if (hanging.length === 0) return;
    const ids = hanging.map(({ part }) => part.id).join(', ');
    const words = {
      en: `sink ${ids} did not close within ${leaveWithinMs} ms`,
      zh: `输出 ${ids} 未在 ${leaveWithinMs} 毫秒内关闭`,
    };
    throw new GatewayError('TIMEOUT', words, { retryable: true });
  }

  /** Opens a sink anew that had to leave, from where it stood; one that still hangs, once it does no longer. */
  async #putBack(running: RunningSink): Promise<void> {
    const again = running.ended.then(() => this.#reopen(running));
    if (await endsWithin(again, leaveWithinMs)) return;
    this.#gateway.log.error(
      { sink: running.part.id },
      'this sink does not close, and runs again when it has',
    );
  }

  async #reopen(running: RunningSink): Promise<void> {
    const { part } = running;
    if (this.#ending.signal.aborted || !this.#running.includes(running)) return;
    try {
      const again = this.#run(part, await openSink(part, this.#gateway));
      this.#running = this.#running.map((other) => (other === running ? again : other));
    } catch (error) {
      const text = `this sink could not be put back: ${describeError(error)}`;
      this.#gateway.log.error({ sink: part.id }, text);
    }
  }
}

const isUp = ({ pump }: RunningSink): boolean => pump.status().state === 'up';

const endSink = async (running: RunningSink): Promise<boolean> => {
  const { leaving, ending, ended } = running;
  leaving.abort();
  if (isUp(running) && (await endsWithin(ended, finishWithinMs))) return true;
  ending.abort();
  return endsWithin(ended, leaveWithinMs);
};
