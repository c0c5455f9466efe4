import { describeError } from '../core/error.ts';
import type { Log } from '../core/log.ts';

export type Ending = {
  /** In words, what is so when this does not end: for the log. */
  readonly undone: string;
  readonly withinMs: number;
  /** Whether a stop without it is not in order: something is lost, or somebody outside sees a break. */
  readonly isNeeded: boolean;
  end(): Promise<unknown>;
};

/** However late it is, everything is told to end and gets a moment for it. */
const leastMs = 100;

/** What has begun, to be ended in reverse order and in bounded time, whatever fails or hangs in between. */
export class Endings {
  readonly #endings: Ending[] = [];
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  push(ending: Ending): void {
    this.#endings.push(ending);
  }

  /** Gives what was needed and is not done, in words. */
  async endAll(withinMs: number): Promise<readonly string[]> {
    const endMs = performance.now() + withinMs;
    const undone: string[] = [];
    for (;;) {
      const ending = this.#endings.pop();
      if (ending === undefined) return undone;
      const leftMs = Math.max(leastMs, endMs - performance.now());
      const reason = await endOne(ending, Math.min(ending.withinMs, leftMs));
      if (reason === undefined) continue;
      const text = `${ending.undone}: ${reason}`;
      this.#log.error({}, `stop: ${text}`);
      if (ending.isNeeded) undone.push(text);
    }
  }
}

/** Why it is not done; undefined when it is. */
const endOne = async (ending: Ending, withinMs: number): Promise<string | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`not done within ${Math.round(withinMs)} ms`), withinMs);
  });
  try {
    return await Promise.race([ending.end().then(() => undefined), limit]);
  } catch (error) {
    return describeError(error);
  } finally {
    clearTimeout(timer);
  }
};
