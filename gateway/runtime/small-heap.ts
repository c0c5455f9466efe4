import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** By how much, in %, the heap may grow before garbage is looked for. */
const growthPercent = 40;

/**
 * Keeps little garbage. Left alone, V8 first looks for garbage of some age when the heap is far larger than what a start has
 * left, and from then on lets it double, with the buffers that hang on it. To be called once, when all is loaded: the
 * collection that sets the new limit takes tens of milliseconds.
 */
export const keepHeapSmall = (): void => {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof collect === 'function') collect();
};
