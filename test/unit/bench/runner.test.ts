import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { catalogue } from '../../bench/catalogue.ts';

const program = join(import.meta.dirname, '../../bench/run.ts');
const folder = mkdtempSync(join(tmpdir(), 'seamwatt-bench-test-'));
const results = join(folder, 'results.json');

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]): string =>
  execFileSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 30_000,
  });

const runControl = (...args: readonly string[]): string =>
  run('--only', 'control', '--quick', '--out', results, ...args);

test('lists every bench', () => {
  const named = run('--list')
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0]);
  expect(named).toEqual(catalogue.map(({ name }) => name));
});

test('runs a bench in a process of its own and writes what it printed', () => {
  const baseline = join(folder, 'baseline.json');
  const printed = runControl('--save', baseline);
  const { rows, machine, failed } = JSON.parse(readFileSync(results, 'utf8'));
  expect(failed).toEqual([]);
  expect(machine.cores).toBeGreaterThan(0);
  expect(rows).toHaveLength(1);
  expect(rows[0].ratio).toBeCloseTo(rows[0].reference / rows[0].ours, 10);
  expect(printed).toContain(rows[0].name);
  expect(Object.keys(JSON.parse(readFileSync(baseline, 'utf8')))).toEqual([rows[0].name]);
});

test('names rows that are worse than a stored run by more than a fifth, and only those', () => {
  const name = 'Control: the same work twice';
  const before = join(folder, 'before.json');
  writeFileSync(before, JSON.stringify({ rows: [{ name, ratio: 1e6 }] }));
  expect(runControl('--baseline', before)).toMatch(/worse by more than 20 %:\n {2}Control: /);
  writeFileSync(before, JSON.stringify({ [name]: 1e-6, 'a row of another machine': 5 }));
  expect(runControl('--baseline', before)).toContain('no row is worse');
});

test('refuses the name of no bench', () => {
  const { status, stderr } = spawnSync(process.execPath, [program, '--only', 'nothing'], {
    encoding: 'utf8',
  });
  expect(status).toBe(2);
  expect(stderr).toContain('nothing');
});
