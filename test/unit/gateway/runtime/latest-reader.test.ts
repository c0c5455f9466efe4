import { expect, it } from 'vitest';
import { GatewayError } from '../../../../gateway/core/error.ts';
import type { Cursor } from '../../../../gateway/journal/contract.ts';
import { runLatestReader } from '../../../../gateway/runtime/latest-reader.ts';
import { LatestValues } from '../../../../gateway/runtime/latest-values.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from '../../../support/entry-batch.ts';
import { createTestLog } from '../../../support/test-log.ts';

it('goes on after a disk that could not be read for a while', async () => {
  const { groups } = testDirectory([testGroup({ channels: ['current'] })]);
  const [group] = groups;
  if (group === undefined) throw new Error('no group');
  const ending = new AbortController();
  const answers = [
    (): never => {
      throw new GatewayError('STORE_FAILED', 'the disk cannot be read', { retryable: true });
    },
    () => new EntryBatchBuilder().frame(group, { timeMs: 10, values: { current: 228 } }).build(),
  ];
  let isClosed = false;
  const cursor: Cursor = {
    name: 'latest-values',
    position: 0,
    committed: 0,
    lost: 0,
    lostToRetention: 0,
    next: async () => {
      const answer = answers.shift();
      if (answer === undefined) ending.abort();
      return answer?.();
    },
    end: undefined,
    ordinal: 0,
    note: undefined,
    leave: () => expect.fail('it has no business elsewhere'),
    commit: () => undefined,
    lag: () => ({ entries: 0, oldestMs: undefined }),
    close: async () => {
      isClosed = true;
    },
  };
  const latest = new LatestValues(groups);
  const log = createTestLog();
  const { signal } = ending;
  const journal = { openCursor: async () => cursor };
  await runLatestReader({ journal, latest: () => latest, log, signal });
  expect(latest.at(0).value).toBe(228);
  expect(log.lines.map((line) => line.level)).toEqual(['warn']);
  expect(isClosed).toBe(true);
});
