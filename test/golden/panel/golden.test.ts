// Goal: what a seed makes, and what the gateway makes of it, changes on purpose alone. Method: one small panel, its truth, its bins and
// the KPIs of the demo at its end, as texts of six digits, far from what processors could differ in. What has changed on purpose is
// written anew with `vitest run test/golden/panel --update`; the difference is then for the reviewer to read.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { WeldingLine } from '../../../simulators/welding-line/model.ts';
import { finishedPanel, simulatePanel } from '../../../simulators/welding-line/study.ts';
import { createPanelWelder, demoWeldKpis, type Track } from '../../support/welded-panel.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const seed = 2023;
const panelLengthMm = 600;
/** One of each face stands for its ten. */
const seams = ['F01', 'B10'] as const;

const digits = (value: number): string => String(Number(value.toPrecision(6)));

/** Each number, text and truth value of a tree with the path to it. */
const linesOf = (value: unknown, path = ''): readonly string[] => {
  if (typeof value === 'number') return [`${path} ${digits(value)}`];
  if (typeof value !== 'object' || value === null) return [`${path} ${String(value)}`];
  return Object.entries(value).flatMap(([key, own]) =>
    linesOf(own, path === '' ? key : `${path}.${key}`),
  );
};

/** Columns side by side, the names of them first. */
const tableOf = (columns: Readonly<Record<string, readonly number[]>>): readonly string[] => {
  const names = Object.keys(columns);
  const [first = ''] = names;
  const rows = (columns[first] ?? []).map((_, index) =>
    names.map((name) => digits(columns[name]?.[index] ?? Number.NaN)).join(' '),
  );
  return [names.join(' '), ...rows];
};

const expectFile = async (name: string, lines: readonly string[]): Promise<void> => {
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(join(folder, name));
};

describe('the golden panel', () => {
  let line: WeldingLine;
  beforeAll(() => {
    line = simulatePanel({ seed, panelLengthMm });
  });

  it('has its truth', async () => {
    const panel = finishedPanel(line);
    const all = panel['seams'] as Readonly<Record<string, unknown>>;
    const shown = { ...panel, seams: Object.fromEntries(seams.map((id) => [id, all[id]])) };
    await expectFile('truth.txt', linesOf(shown));
  });

  it('has its bins of 10 mm', async () => {
    const tables = seams.flatMap((id) => {
      const bins = line.binTruth(id, 'lastPanel') as Readonly<Record<string, readonly number[]>>;
      return [id, ...tableOf(bins), ''];
    });
    await expectFile('bins.txt', tables);
  });

  it('has its deformation profile', async () => {
    const profile = line.profileTruth('lastPanel') as unknown as {
      readonly x: readonly number[];
      readonly z: readonly (readonly number[])[];
    };
    const rows = profile.z.map((heights, index) =>
      [profile.x[index] ?? 0, ...heights].map(digits).join(' '),
    );
    await expectFile('profile.txt', rows);
  });

  it('has the KPIs of the gateway at its end, and its rows by position', async () => {
    const welded = createPanelWelder(demoWeldKpis)({ seed, panelLengthMm, toMm: panelLengthMm });
    const owners = ['line', ...seams.map((id) => id.toLowerCase())];
    const lastOf = (of: Track): string =>
      `${digits(of.values.at(-1) ?? Number.NaN)} ${(of.status.at(-1) ?? 0).toString(16)}`;
    const isShown = (key: string): boolean => owners.includes(key.split('/')[0] ?? '');
    const isRow = (key: string): boolean => key.includes('/bin.');
    const keys = [...welded.keys()].filter(isShown).sort();
    const points = keys
      .filter((key) => !isRow(key))
      .map((key) => `${key} ${lastOf(welded.get(key) as Track)}`);
    const rows = keys
      .filter((key) => isRow(key) && /\/bin\.(x|heatInput|current\.mean|gap\.maximum)$/.test(key))
      .flatMap((key) => [key, (welded.get(key) as Track).values.map(digits).join(' ')]);
    await expectFile('kpis.txt', [...points, ...rows]);
  });
});
