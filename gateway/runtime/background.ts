import { toGatewayError } from '../core/error.ts';
import type { Log } from '../core/log.ts';

/** Lets a task go on beside the others: when it ends by an error, the log says so and nothing else ends. */
export const inBackground = async (task: Promise<void>, log: Log): Promise<void> => {
  try {
    await task;
  } catch (error) {
    const failure = toGatewayError(error, {
      code: 'STORE_FAILED',
      retryable: false,
      message: 'a reader of the journal ended',
    });
    log.error({ err: failure }, failure.message);
  }
};
