import { Worker } from 'node:worker_threads';

/**
 * Starts a worker that stands beside this file or another, from sources as well as compiled. Small young generations keep the
 * resident size of the threads down; what they handle is mostly outside of the heap.
 */
export const startWorker = (name: string, beside = import.meta.url): Worker => {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new Worker(new URL(`./${name}.worker.${extension}`, beside), {
    name,
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
};
