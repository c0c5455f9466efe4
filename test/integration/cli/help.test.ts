import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runProgram } from './program.ts';

const documentation = readFileSync(join(import.meta.dirname, '../../../docs/cli.md'), 'utf8');
const commands = [
  ...['run', 'start', 'check', 'simulate', 'replay', 'probe', 'verify'],
  ...['backup', 'restore', 'quarantine'],
];

const titles = {
  en: { usage: 'Usage:', options: 'Options:', exitCodes: 'Exit codes:', some: '[options]' },
  zh: { usage: '用法：', options: '选项：', exitCodes: '退出码：', some: '[选项]' },
} as const;

describe.each(['en', 'zh'] as const)('help in %s', (language) => {
  const { usage, options, exitCodes, some } = titles[language];

  test('names every command', async () => {
    const { code, out, errors } = await runProgram(['--help'], {
      env: { SEAMWATT_LANG: language },
    });
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    for (const command of commands) expect(out).toContain(`\n  ${command} `);
    expect(out).toContain(exitCodes);
    expect(out.startsWith(`${usage} seamwatt ${some}`)).toBe(true);
  });

  test.each(commands)('of %s stands alone', async (command) => {
    const { code, out, errors } = await runProgram([command, '--help', '--lang', language]);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(out.startsWith(`${usage} seamwatt ${command}`)).toBe(true);
    for (const title of [options, exitCodes]) expect(out).toContain(title);
    for (const title of Object.values(titles[language === 'en' ? 'zh' : 'en'])) {
      expect(out).not.toContain(title);
    }
    // What the help offers, the documentation explains.
    const offered = out.match(/--[a-z]+/g) ?? [];
    for (const option of offered) {
      if (option !== '--help') expect(documentation).toContain(option);
    }
    expect(documentation).toContain(`| \`${command} `);
  });
});

test('the exit codes of the documentation are those of the help', async () => {
  const { out } = await runProgram(['--help'], { env: { LANG: 'C' } });
  const inHelp = [...out.matchAll(/^ {2}(\d+) {2}\S/gm)].map((match) => match[1]);
  const inDocumentation = [...documentation.matchAll(/^\| (\d+) +\|/gm)].map((match) => match[1]);
  expect(inHelp).toEqual(['0', '1', '2', '3', '4']);
  expect(inDocumentation).toEqual(inHelp);
});
