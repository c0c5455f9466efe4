import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { adapters } from '../../../adapters/index.ts';
import { loadSite } from '../../../config/loader.ts';
import { formatProblem } from '../../../config/problem.ts';
import { siteSections } from '../../../gateway/site-sections.ts';

// Each folder is a site file with mistakes and the messages that it must give, word for word. A message that changes on
// purpose is written anew with SEAMWATT_UPDATE_GOLDEN=1; the difference is then for the reviewer to read.
const folder = import.meta.dirname;
const cases = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const env = { GOLDEN_HOST: 'swordfish.example' };

const messagesOf = async (name: string): Promise<string> => {
  const site = join(folder, name);
  const result = await loadSite({
    file: join(site, 'site.yaml'),
    adapters,
    sections: siteSections,
    env,
  });
  const problems = result.ok ? [] : result.problems;
  return problems.map((problem) => `${formatProblem(problem, site)}\n`).join('');
};

test('there are at least twenty of them', () => {
  expect(cases.length).toBeGreaterThanOrEqual(20);
});

describe.each(cases.map(({ name }) => name))('%s', (name) => {
  test('gives exactly the expected messages', async () => {
    const file = join(folder, name, 'expected.txt');
    const messages = await messagesOf(name);
    if (process.env['SEAMWATT_UPDATE_GOLDEN'] !== undefined) writeFileSync(file, messages);
    expect(messages).not.toBe('');
    expect(messages).toBe(existsSync(file) ? readFileSync(file, 'utf8') : '');
    for (const value of Object.values(env)) expect(messages).not.toContain(value);
  });
});
