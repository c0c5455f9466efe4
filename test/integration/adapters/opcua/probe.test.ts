import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { opcuaAdapter } from '../../../../adapters/opcua/opcua-adapter.ts';
import type { ProbeReport } from '../../../../gateway/core/adapter.ts';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import { createOpcuaTestSource, makePkiFolder, plantUri } from '../../../support/opcua-source.ts';
import { type OpcuaServer, startOpcuaServer } from '../../../support/peers/opcua-server.ts';
import { probeLines, runProbe } from '../../../support/probe-lines.ts';
import { runSource } from '../../../support/source-run.ts';

const folder = makePkiFolder();
let server: OpcuaServer;

beforeAll(async () => {
  server = await startOpcuaServer({
    pkiFolder: join(folder.path, 'server-pki'),
    namespaceUri: plantUri,
    policies: ['None', 'Basic256Sha256'],
    users: { operator: 'secret' },
    variables: [
      { name: 'Current', type: 'Double', value: 230.5 },
      { name: 'Arc On', type: 'Boolean', value: true },
      { name: '3D', type: 'Int32', value: 3 },
      { name: 'Profile', type: 'Float', value: [1, 2, 3], isArray: true },
      { name: 'Id', type: 'String', value: 'P-1' },
      { name: 'Texts', type: 'String', value: ['a'], isArray: true },
    ],
  });
});
afterAll(async () => {
  await server.kill();
  folder.remove();
});

const probe = (...words: readonly string[]): Promise<ProbeReport> => {
  const signal = AbortSignal.timeout(20_000);
  return runProbe(opcuaAdapter, 'opcua', { target: server.url, arguments: words, signal });
};

const yamlOf = (report: ProbeReport): Record<string, unknown> =>
  (parse(probeLines(report).join('\n')) as Record<string, unknown>[])[0] as Record<string, unknown>;

describe('the probe', () => {
  it('shows endpoints, thumbprint and namespaces', async () => {
    const report = await probe();
    const text = probeLines(report).join('\n');
    expect(probeLines(report, 'zh').join('\n')).toMatch(/服务器证书：SHA-1 指纹 [0-9a-f]{40}/);
    expect(text).toContain('#   None/None  users: ');
    expect(text).toContain('#   SignAndEncrypt/Basic256Sha256  users: ');
    expect(text).toMatch(/SHA-1 thumbprint [0-9a-f]{40}/);
    expect(text).toContain(plantUri);
  });

  it('proposes an entry that can be pasted, and that reads', async () => {
    const report = await probe('mode=None');
    const { id, kind, ...entry } = yamlOf(report);
    expect([id, kind]).toEqual(['opcua', 'opcua']);
    const source = createOpcuaTestSource(entry, join(folder.path, 'gateway'));
    expect(source.groups.map(({ channels }) => channels.map(({ point }) => point))).toEqual([
      ['current', 'arc_On', 'p_3D', 'profile.01', 'profile.02', 'profile.03', 'id'],
    ]);
    const running = runSource(source, systemClock);
    onTestFinished(async () => {
      await running.stop();
    });
    await running.until(() => running.frames.some(({ points }) => points['p_3D']?.[0] === 3));
    expect(report.data).toMatchObject({ skipped: [expect.stringContaining('s=Texts')] });
  });

  it('takes the best protection unless told otherwise', async () => {
    expect(yamlOf(await probe())).toMatchObject({
      securityMode: 'SignAndEncrypt',
      securityPolicy: 'Basic256Sha256',
    });
    expect(yamlOf(await probe('mode=Sign'))).toMatchObject({ securityMode: 'Sign' });
  });

  it('stops at its limits and says so', async () => {
    const report = await probe('nodes=5', 'mode=None');
    expect(report.data).toMatchObject({ stoppedBy: 'nodes' });
    expect(probeLines(report).join('\n')).toContain('stopped by the limit of nodes=');
  });

  it('sends no password to a server that it does not know', async () => {
    await expect(probe('user=operator', 'passwordVariable=NOWHERE')).rejects.toThrow(
      'trust=FILE is missing',
    );
    const trusted = probe(
      ...['user=operator', 'passwordVariable=NOWHERE', `trust=${server.certificateFile}`],
    );
    await expect(trusted).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
  });

  it.each([['nonsense'], ['mode=Open'], ['other=1']])('refuses the argument %s', async (word) => {
    await expect(probe(word)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
