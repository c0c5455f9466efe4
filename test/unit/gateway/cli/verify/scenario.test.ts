import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadScenario } from '../../../../../gateway/cli/verify/scenario.ts';
import { timelineOf } from '../../../../../gateway/cli/verify/timeline.ts';

const root = join(import.meta.dirname, '../../../../..');
const shipped = join(root, 'simulators/scenarios');
const folder = mkdtempSync(join(tmpdir(), 'seamwatt-scenario-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = (text: string) => {
  const file = join(folder, 'scenario.yaml');
  writeFileSync(file, text);
  return loadScenario(file, shipped);
};

describe('scenarios', () => {
  it.each(readdirSync(shipped).map((file) => file.replace('.yaml', '')))(
    '%s, which ships, is in order and in the documentation',
    async (name) => {
      expect(await loadScenario(name, shipped)).toMatchObject({ ok: true, scenario: { name } });
      expect(readFileSync(join(root, 'docs/acceptance-testing.md'), 'utf8')).toContain(
        `| \`${name}\``,
      );
    },
  );

  it('are as the documentation shows them', async () => {
    const document = readFileSync(join(root, 'docs/acceptance-testing.md'), 'utf8');
    const example = /```yaml\n(version: 1\n.*?)```/s.exec(document)?.[1] ?? '';
    const result = await load(example);
    expect(result).toMatchObject({ ok: true });
    if (!result.ok) return;
    expect(timelineOf(result.scenario.content).map(({ atMs, kind }) => [atMs, kind])).toEqual([
      [18_000, 'look'],
      [35_000, 'begin'],
      [40_000, 'end'],
      [60_000, 'look'],
    ]);
  });

  it('a gateway that stays away no time is killed before it is started again', async () => {
    const result = await load(
      [
        'version: 1',
        'title: { en: a, zh: b }',
        'simulate:',
        '  duration: 1min',
        '  faults: [{ at: 0.5min, kind: gateway-killed }]',
        'sinks: { broker: mosquitto }',
        'expect: { delivery: {} }',
      ].join('\n'),
    );
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    expect(timelineOf(result.scenario.content).map(({ atMs, kind }) => [atMs, kind])).toEqual([
      [30_000, 'begin'],
      [30_000, 'end'],
      [60_000, 'look'],
    ]);
  });

  it('that expect nothing, or go on after their end, are wrong', async () => {
    const head = ['version: 1', 'title: { en: a, zh: b }', 'simulate:', '  duration: 10s'];
    const problemsOf = async (...lines: string[]): Promise<readonly string[]> => {
      const result = await load([...head, ...lines].join('\n'));
      return result.ok ? [] : result.problems.map(({ line, path }) => `${line} ${path}`);
    };
    expect(await problemsOf('expect: {}')).toEqual(['5 expect']);
    expect(
      await problemsOf(
        '  clock: lock-step',
        '  speed: 2',
        '  faults:',
        '    - { at: 11s, kind: silent, device: park.pv }',
        '    - { at: 1s, kind: silent }',
        '    - { at: 1s, kind: set, device: park.pv }',
        'expect:',
        '  kpis: [{ kpi: a/b/c/d, truth: x }, { kpi: a/b/c/d }]',
        '  replay: yes',
      ),
    ).toEqual([
      ...['9 simulate.faults[1].device', '10 simulate.faults[2].inputs'],
      ...['10 simulate.faults[2].device', '12 expect.kpis[0].tolerance', '12 expect.kpis[1]'],
      '13 expect.replay',
    ]);
    expect(
      await problemsOf(
        '  faults:',
        '    - { at: 9s, for: 2s, kind: database-down }',
        '    - { at: 1s, kind: gateway-killed }',
        'expect: { points: [{ point: a/b/c/d, quality: bad, at: 11s }] }',
      ),
    ).toEqual([
      ...['6 simulate.faults[0].for', '6 simulate.faults[0].kind'],
      ...['7 simulate.faults[1].kind', '8 expect.points[0].at'],
    ]);
  });
});
