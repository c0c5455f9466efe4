import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessApi, goodPassword, startAccessApi } from '../../support/access-api.ts';

const program = fileURLToPath(new URL('../../../gateway/main.ts', import.meta.url));

type Result = { readonly code: number; readonly out: string; readonly errors: string };

const run = async (
  args: readonly string[],
  { input = '', env = {} }: { input?: string; env?: Record<string, string> } = {},
): Promise<Result> => {
  const child = spawn(process.execPath, [program, 'user', ...args], {
    env: { ...process.env, SEAMWATT_LANG: 'en', ...env },
  });
  let out = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  child.stdin.end(input);
  await once(child, 'close');
  return { code: child.exitCode ?? -1, out, errors };
};

describe('seamwatt user', () => {
  const data = mkdtempSync(join(tmpdir(), 'seamwatt-user-'));
  let site: AccessApi;

  beforeAll(async () => {
    site = await startAccessApi();
  });

  afterAll(async () => {
    await site.close();
    rmSync(data, { recursive: true });
  });

  it('manages the users of a data folder that no gateway has', async () => {
    const at = ['--data', data];
    const added = await run(['add', '张工', '--role', 'admin', ...at], {
      input: `${goodPassword}\n`,
    });
    expect(added).toMatchObject({ code: 0, out: expect.stringContaining('张工') });
    expect((await run(['add', 'bert', '--role', 'boss', ...at])).code).toBe(2);
    const weak = await run(['add', 'bert', '--role', 'viewer', ...at], { input: 'short\n' });
    expect(weak).toMatchObject({ code: 1, errors: expect.stringContaining('10 to 256') });
    const last = await run(['remove', '张工', ...at]);
    expect(last).toMatchObject({ code: 1, errors: expect.stringContaining('another admin first') });
    const listed = await run(['list', '--json', ...at]);
    expect(JSON.parse(listed.out)).toMatchObject([{ name: '张工', role: 'admin' }]);
    expect(listed.out).not.toContain('scrypt');
  });

  it('manages those of a gateway that runs, as the admin of a token', async () => {
    const url = ['--url', site.api.server.url];
    const env = { SEAMWATT_TOKEN: await site.token('admin') };
    const input = `${goodPassword}\n`;
    expect(await run(['add', 'anna', '--role', 'viewer', ...url], { env, input })).toMatchObject({
      code: 0,
    });
    await run(['role', 'anna', 'operator', ...url], { env });
    expect(site.access.users.list()).toMatchObject([{ name: 'anna', role: 'operator' }]);
    const made = await run(['token', 'add', 'mes', '--role', 'operator', '--json', ...url], {
      env,
    });
    const { secret } = JSON.parse(made.out) as { secret: string };
    const refused = await run(['list', ...url], { env: { SEAMWATT_TOKEN: secret } });
    expect(refused).toMatchObject({ code: 1, errors: expect.stringContaining('is for admin') });
    const stranger = await run(['list', ...url], { env: { SEAMWATT_TOKEN: '' } });
    expect(stranger).toMatchObject({ code: 1, errors: expect.stringContaining('sign in first') });
  });
});
