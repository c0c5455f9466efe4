import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { launcher, runProgram, startProgram } from './program.ts';

// Node tells its version by a property that a module loaded before the launcher can change: so the launcher sees an old
// Node, and the one that it then finds and starts is the real one.
const asOldNode = [
  '--import',
  "data:text/javascript,Object.defineProperty(process,'version',{value:'v20.20.2'})",
];
const anyPorts = [
  '--control-port',
  '0',
  '--line-plc-port',
  '0',
  '--plants',
  'line',
  '--line-opcua-port',
  'off',
];

test('under an old Node it starts itself again with Node 24 and passes arguments and exit code on', async () => {
  const version = await runProgram(['--version'], { nodeArguments: asOldNode });
  expect(version).toMatchObject({ code: 0, errors: '' });
  expect(version.out).toMatch(/^\d+\.\d+\.\d+\n$/);
  const wrong = await runProgram(['check', '--config', '/no such file.yaml'], {
    nodeArguments: asOldNode,
  });
  expect(wrong.code).toBe(2);
  expect(wrong.errors).toContain('/no such file.yaml: found no such file');
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s reaches the program behind the launcher',
  async (signal) => {
    const program = startProgram(['simulate', '--', ...anyPorts], { nodeArguments: asOldNode });
    await program.saw('"simulated":true');
    program.child.kill(signal);
    expect(await program.ended).toMatchObject({ code: 0 });
  },
);

test('without a Node 24 anywhere it says what to do', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-launcher-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'bin'));
  const alone = join(folder, 'bin', 'seamwatt.mjs');
  copyFileSync(launcher, alone);
  const { code, errors } = await runProgram(['--version'], {
    program: alone,
    nodeArguments: asOldNode,
    env: { PATH: folder },
  });
  expect(code).toBe(1);
  expect(errors).toContain('needs Node 24 or newer, this is v20.20.2');
});

test('a package without its program says so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-launcher-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'bin'));
  const alone = join(folder, 'bin', 'seamwatt.mjs');
  copyFileSync(launcher, alone);
  const { code, errors } = await runProgram(['--version'], { program: alone });
  expect(code).toBe(1);
  expect(errors).toContain('install it again');
});

/** A package whose program tells how it was started. */
const telling = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-launcher-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'gateway'));
  writeFileSync(
    join(folder, 'gateway', 'main.ts'),
    'const { argv, env, execArgv } = process; console.log(JSON.stringify({ words: argv.slice(2), memory: env.GLIBC_TUNABLES, flags: execArgv }));',
  );
  const alone = join(folder, 'bin', 'seamwatt.mjs');
  copyFileSync(launcher, alone);
  return alone;
};

const memory = 'glibc.malloc.arena_max=1';
const small = { memory, flags: ['--max-semi-space-size=2'] };

test.runIf(process.platform === 'linux').each([
  { what: 'run', words: ['run', '--config', 'a b.yaml'], expected: small },
  { what: 'start, behind a language', words: ['--lang', 'zh', 'start'], expected: small },
  { what: 'check, which ends soon', words: ['check'], expected: { flags: [] } },
  {
    what: 'start, as somebody has set it',
    words: ['start'],
    env: { GLIBC_TUNABLES: 'glibc.malloc.arena_max=4' },
    expected: { memory: 'glibc.malloc.arena_max=4', flags: [] },
  },
  {
    what: 'start, with the young generation set',
    words: ['start'],
    env: { NODE_OPTIONS: '--max-semi-space-size=16' },
    expected: { memory, flags: [] },
  },
])('the gateway begins with little memory: $what', async ({ words, env = {}, expected }) => {
  const { code, out } = await runProgram(words, { program: telling(), env });
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({ words, ...expected });
});
