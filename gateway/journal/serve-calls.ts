import type { MessagePort } from 'node:worker_threads';
import { describeError, GatewayError } from '../core/error.ts';
import type { AnswerMessage, CallMessage, CallTable, TransferredError } from './worker-calls.ts';

type Handlers<Calls extends CallTable> = {
  readonly [Method in keyof Calls]: (
    input: Calls[Method]['input'],
  ) => Calls[Method]['output'] | Promise<Calls[Method]['output']>;
};

/** Answers the calls of a `WorkerCalls`; the port is closed after `close`. Buffers in `transferOf` are given away. */
export const serveCalls = <Calls extends CallTable>(
  port: MessagePort,
  handlers: Handlers<Calls>,
  transferOf: (method: string, output: unknown) => readonly ArrayBuffer[] = () => [],
): void => {
  const post = (message: AnswerMessage, transfer: readonly ArrayBuffer[] = []): void => {
    port.postMessage(message, [...transfer]);
  };
  const answer = async ({ id, method, input }: CallMessage): Promise<void> => {
    try {
      const output = await (handlers[method] as (input: unknown) => unknown)(input);
      post({ type: 'result', id, output }, transferOf(method, output));
    } catch (error) {
      post({ type: 'error', id, error: transferredError(method, error) });
    }
    if (method === 'close') port.close();
  };
  port.on('message', (message: CallMessage) => void answer(message));
};

const transferredError = (method: string, error: unknown): TransferredError => {
  const known = error instanceof GatewayError ? error : undefined;
  const code = known?.code;
  return {
    code: code === 'STORE_VERSION' || code === 'STORE_CORRUPT' ? code : 'STORE_FAILED',
    message: known?.words ?? known?.message ?? `store: ${method}: ${describeError(error)}`,
    retryable: known?.retryable ?? method !== 'open',
  };
};
