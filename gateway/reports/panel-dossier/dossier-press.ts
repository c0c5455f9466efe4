import { Worker } from 'node:worker_threads';
import { describeError, GatewayError } from '../../core/error.ts';
import type { DossierAnswer } from './dossier.worker.ts';
import type { DossierInput } from './dossier-input.ts';

export type PressLimits = {
  /** How long one dossier may take. */
  readonly timeLimitMs: number;
  /** How many may wait while one is being made. */
  readonly waitingMost: number;
  /** Memory of the thread, MB. */
  readonly memoryMb: number;
};

export const defaultPressLimits: PressLimits = {
  timeLimitMs: 60_000,
  waitingMost: 8,
  memoryMb: 384,
};

/** Makes dossiers one after another, each in a thread of its own. */
export class DossierPress {
  readonly #limits: PressLimits;
  #last: Promise<unknown> = Promise.resolve();
  #atWork = 0;

  constructor(limits: PressLimits = defaultPressLimits) {
    this.#limits = limits;
  }

  /**
   * `gather` is called when it is its turn; undefined where there is nothing to print.
   * @throws GatewayError UNAVAILABLE when too many wait already, REPORT_FAILED when it fails or takes too long; what `gather` throws
   */
  print(
    gather: () => Promise<DossierInput | undefined> | DossierInput | undefined,
  ): Promise<Uint8Array | undefined> {
    if (this.#atWork > this.#limits.waitingMost) return Promise.reject(busy());
    this.#atWork += 1;
    const printed = this.#last.then(async () => {
      const input = await gather();
      return input && this.#run(input);
    });
    this.#last = printed.then(
      () => undefined,
      () => undefined,
    );
    return printed.finally(() => {
      this.#atWork -= 1;
    });
  }

  async #run(input: DossierInput): Promise<Uint8Array> {
    const worker = new Worker(new URL('./dossier.worker.ts', import.meta.url), {
      name: 'dossier',
      workerData: input,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: this.#limits.memoryMb },
    });
    try {
      return await answerOf(worker, this.#limits.timeLimitMs);
    } finally {
      await worker.terminate();
    }
  }
}

const answerOf = (worker: Worker, timeLimitMs: number): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(tooSlow(timeLimitMs)), timeLimitMs);
    const settle = (then: () => void): void => {
      clearTimeout(timer);
      then();
    };
    worker.once('message', (message: DossierAnswer) => {
      if ('pdf' in message) settle(() => resolve(message.pdf));
      else settle(() => reject(failed(message.failure)));
    });
    worker.once('error', (error) => settle(() => reject(failed(describeError(error)))));
    worker.once('exit', () => settle(() => reject(failed('the thread ended'))));
  });

const busy = (): GatewayError =>
  new GatewayError(
    'UNAVAILABLE',
    {
      en: 'too many dossiers are being made already; ask again in a minute',
      zh: '正在生成的档案过多，请稍后重试',
    },
    { retryable: true, retryAfterMs: 60_000 },
  );

const tooSlow = (limitMs: number): GatewayError =>
  new GatewayError(
    'REPORT_FAILED',
    {
      en: `the dossier was not made within ${limitMs / 1000} s`,
      zh: `档案未能在 ${limitMs / 1000} 秒内生成`,
    },
    { retryable: true },
  );

const failed = (cause: string): GatewayError =>
  new GatewayError(
    'REPORT_FAILED',
    { en: `the dossier could not be made: ${cause}`, zh: `档案无法生成：${cause}` },
    { retryable: false },
  );
