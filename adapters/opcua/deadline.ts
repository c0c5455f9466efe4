import { GatewayError } from '../../gateway/core/error.ts';
import type { LocalText } from '../../gateway/core/point.ts';

export type Deadline = {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** What is waited for, in the words of an error message. */
  readonly what: LocalText;
};

/**
 * The result of `work`, or a GatewayError TIMEOUT after so long in real time, or ABORTED when the signal aborts. The
 * library's own deadlines begin at 5 s and cannot be cut short, so what comes after ours is ignored.
 */
export const within = <Result>(work: Promise<Result>, deadline: Deadline): Promise<Result> =>
  new Promise((resolve, reject) => {
    const { timeoutMs, signal, what } = deadline;
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      finish();
    };
    const onAbort = (): void =>
      settle(() => {
        const text = { en: `${what.en}: ended`, zh: `${what.zh}：已结束` };
        reject(new GatewayError('ABORTED', text, { retryable: false }));
      });
    const timer = setTimeout(() => {
      const text = {
        en: `${what.en}: no answer within ${timeoutMs} ms`,
        zh: `${what.zh}：${timeoutMs} ms 内无应答`,
      };
      settle(() => reject(new GatewayError('TIMEOUT', text, { retryable: true })));
    }, timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(
      (result) => settle(() => resolve(result)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
