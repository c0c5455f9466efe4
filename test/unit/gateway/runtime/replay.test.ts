// Goal: a replay in which nothing was compared is never taken for one that found everything identical. Method: journals
// on disk with the entries of each case, replayed as the command does.
import { expect, test } from 'vitest';
import { originCodes } from '../../../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import type { Journal } from '../../../../gateway/journal/journal.ts';
import { compileSite } from '../../../../gateway/kpi/compile-site.ts';
import { replayJournal } from '../../../../gateway/runtime/replay.ts';
import { appendValues, plainGroup, testFolder, testJournal } from '../../../support/journal.ts';

const site = { enterprise: 'seamwatt', site: 'demo', timeZone: 'UTC', simulated: true };

const startJournal = async () => {
  const folder = testFolder();
  const journal = await testJournal(folder);
  const groups = await journal.registerGroups([
    plainGroup('f01', 1),
    { ...plainGroup('f01', 1), name: 'kpi', producer: 'kpi' },
  ]);
  const [input, output] = groups as [RegisteredGroup, RegisteredGroup];
  return { folder, journal, groups, input, output };
};

const appendConfiguration = (journal: Journal, groups: readonly RegisteredGroup[]): number => {
  const computation = { sections: {}, site };
  const { programId } = compileSite({ groups, ...computation }).program;
  return journal.appendRecord({
    type: 'configuration',
    configurationId: 'c',
    programId,
    timeMs: 1,
    groups,
    computation,
  });
};

const computed = originCodes.computed;

test('a range without entries compares nothing', async () => {
  const { folder, journal } = await startJournal();
  await journal.flush();
  const report = await replayJournal({ folder, from: 1_000_000 });
  expect(report).toMatchObject({ verdict: 'nothing-compared', reason: 'no-entries', entries: 0 });
});

test('a range of samples without KPI results compares nothing', async () => {
  const { folder, journal, groups, input } = await startJournal();
  appendConfiguration(journal, groups);
  appendValues(journal, input, { timeMs: 2, values: [1] });
  await journal.flush();
  const report = await replayJournal({ folder });
  expect(report).toMatchObject({ verdict: 'nothing-compared', reason: 'no-kpi-results' });
  expect(report.entries).toBeGreaterThan(0);
});

test('results behind no configuration are counted, and compare nothing', async () => {
  const { folder, journal, groups, output } = await startJournal();
  const configuration = appendConfiguration(journal, groups);
  appendValues(journal, output, { timeMs: 2, values: [1], originCode: computed });
  await journal.flush();
  const report = await replayJournal({ folder, from: configuration + 1 });
  expect(report).toMatchObject({
    verdict: 'nothing-compared',
    reason: 'no-configuration',
    uncomparedFrames: 1,
  });
});

test('a result that nothing recomputes is a difference', async () => {
  const { folder, journal, groups, output } = await startJournal();
  appendConfiguration(journal, groups);
  const seq = appendValues(journal, output, { timeMs: 2, values: [1], originCode: computed });
  await journal.flush();
  const report = await replayJournal({ folder });
  expect(report).toMatchObject({ verdict: 'different', differences: [{ seq }] });
  expect(report.reason).toBeUndefined();
});
