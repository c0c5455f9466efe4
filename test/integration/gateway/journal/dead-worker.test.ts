import type { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../../gateway/core/error.ts';
import type { Journal } from '../../../../gateway/journal/journal.ts';
import { appendValues, plainGroup, testFolder, testJournal } from '../../../support/journal.ts';

/** A journal and the threads that it started. */
const openWithWorkers = async (): Promise<{
  readonly journal: Journal;
  readonly terminate: (name: 'store' | 'writer') => Promise<unknown>;
}> => {
  const workers: Worker[] = [];
  const remember = (worker: Worker): void => {
    workers.push(worker);
  };
  process.on('worker', remember);
  try {
    const journal = await testJournal(testFolder());
    const [store, writer] = workers;
    expect(workers).toHaveLength(2);
    return {
      journal,
      terminate: async (name) => (name === 'store' ? store : writer)?.terminate(),
    };
  } finally {
    process.off('worker', remember);
  }
};

describe('a journal of which a thread dies', () => {
  it.each(['store', 'writer'] as const)('says so: %s', async (name) => {
    const { journal, terminate } = await openWithWorkers();
    await terminate(name);
    const error = await journal.died;
    expect(error).toBeInstanceOf(GatewayError);
    expect(error.message).toContain(`${name} thread has ended`);
    expect(error.retryable).toBe(false);
  });

  it('keeps nobody waiting for what cannot become durable, nor for its end', async () => {
    const { journal, terminate } = await openWithWorkers();
    const [group] = await journal.registerGroups([plainGroup('f01', 1)]);
    appendValues(journal, group ?? expect.fail('no group'), { timeMs: 1, values: [1] });
    const flushed = expect(journal.flush()).rejects.toThrow('writer thread has ended');
    await terminate('writer');
    await flushed;
    await expect(journal.flush()).rejects.toThrow('writer thread has ended');
    const fromMs = performance.now();
    await journal.close();
    expect(performance.now() - fromMs).toBeLessThan(1500);
  });

  it('does not take its end for a death', async () => {
    const { journal } = await openWithWorkers();
    await journal.close();
    const first = await Promise.race([
      journal.died.then(() => 'died'),
      new Promise((resolve) => setImmediate(() => resolve('closed'))),
    ]);
    expect(first).toBe('closed');
  });
});
