import { spawnSync } from 'node:child_process';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { GatewayError } from '../../../../gateway/core/error.ts';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import {
  createOpcuaTestSource,
  device,
  makePkiFolder,
  plantUri,
  quickly,
} from '../../../support/opcua-source.ts';
import { type OpcuaServer, startOpcuaServer } from '../../../support/peers/opcua-server.ts';
import { runSource, type SourceRun } from '../../../support/source-run.ts';

const password = 'a long password';
const folder = makePkiFolder();
let server: OpcuaServer;

beforeAll(async () => {
  server = await startOpcuaServer({
    pkiFolder: join(folder.path, 'server-pki'),
    namespaceUri: plantUri,
    policies: ['None', 'Basic256Sha256', 'Aes128_Sha256_RsaOaep', 'Aes256_Sha256_RsaPss'],
    users: { operator: password },
    variables: [{ name: 'Current', type: 'Double', value: 230.5 }],
  });
});
afterAll(async () => {
  await server.kill();
  folder.remove();
});

/** One folder for all, because a key takes long to make. */
const gatewayFolder = (name = 'gateway'): string => join(folder.path, name);

const run = (entry: Record<string, unknown>, dataFolder = gatewayFolder()): SourceRun => {
  const running = runSource(
    createOpcuaTestSource(
      {
        endpointUrl: server.url,
        read: quickly,
        equipment: [device([{ point: 'current', node: 's=Current' }])],
        ...entry,
      },
      dataFolder,
    ),
    systemClock,
  );
  onTestFinished(async () => {
    await running.stop();
  });
  return running;
};

const secured = (policy: string): Record<string, unknown> => ({
  securityMode: 'SignAndEncrypt',
  securityPolicy: policy,
  trustServerCertificate: server.certificateFile,
});

const user = { username: 'operator', password };

/** With an environment of its own: the library of OPC UA leaves settings for openssl behind. */
const makeUserCertificate = (): { certificateFile: string; keyFile: string } => {
  const certificateFile = join(folder.path, 'user.pem');
  const keyFile = join(folder.path, 'user.key');
  const { status, stderr } = spawnSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=operator'],
      ...['-days', '2', '-keyout', keyFile, '-out', certificateFile],
    ],
    { encoding: 'utf8', env: { PATH: process.env['PATH'] } },
  );
  expect(status, stderr).toBe(0);
  return { certificateFile, keyFile };
};

const failure = async (running: SourceRun): Promise<GatewayError> => {
  const error = await running.ended;
  expect(error).toBeInstanceOf(GatewayError);
  return error as GatewayError;
};

const firstValue = async (running: SourceRun): Promise<unknown> => {
  await running.until(() => running.frames.length > 0);
  return running.frames[0]?.points['current'];
};

describe('sessions that are protected', () => {
  it.each(['Basic256Sha256', 'Aes128_Sha256_RsaOaep', 'Aes256_Sha256_RsaPss'])(
    'reads with %s and a password',
    async (policy) => {
      const running = run({ ...secured(policy), user });
      expect(await firstValue(running)).toEqual([230.5, 'Good']);
      expect(running.events).toEqual([]);
    },
  );

  it('reads with messages that are signed only', async () => {
    const running = run({ ...secured('Basic256Sha256'), securityMode: 'Sign' });
    expect(await firstValue(running)).toEqual([230.5, 'Good']);
  });

  it('reads as a user with a certificate', async () => {
    const { certificateFile, keyFile } = makeUserCertificate();
    const running = run({ ...secured('Basic256Sha256'), user: { certificateFile, keyFile } });
    expect(await firstValue(running)).toEqual([230.5, 'Good']);
  });

  it('ends without leaving a session behind', async () => {
    const running = run({ ...secured('Basic256Sha256'), user });
    await firstValue(running);
    expect(await running.stop()).toBeUndefined();
    await expect.poll(async () => (await server.counts()).sessions).toBe(0);
  });
});

describe('refusals', () => {
  it('says that the password is wrong', async () => {
    const error = await failure(
      run({ ...secured('Basic256Sha256'), user: { username: 'operator', password: 'wrong' } }),
    );
    expect(error.code).toBe('AUTHENTICATION_FAILED');
    expect(error.message).toContain('refused the user operator');
    expect(error.message).not.toContain('wrong');
  });

  it('says which file of a user certificate cannot be used', async () => {
    const missing = { certificateFile: '/nonexistent/user.pem', keyFile: '/nonexistent/user.key' };
    const error = await failure(run({ ...secured('Basic256Sha256'), user: missing }));
    expect(error.code).toBe('AUTHENTICATION_FAILED');
    expect(error.message).toContain('/nonexistent/user.pem');
  });

  it('refuses an unknown server, says how to trust it, and reads once it is trusted', async () => {
    const entry = { securityMode: 'SignAndEncrypt', user };
    const error = await failure(run(entry));
    expect(error.code).toBe('AUTHENTICATION_FAILED');
    const [, rejected, trusted] = / move (\S+) to (\S+)$/.exec(error.message) ?? [];
    if (rejected === undefined || trusted === undefined) throw new Error(error.message);
    renameSync(rejected, join(trusted, 'plant.pem'));
    expect(await firstValue(run(entry))).toEqual([230.5, 'Good']);
  });

  it('refuses a server with another certificate than the one it must show', async () => {
    const other = join(gatewayFolder(), 'pki', 'own', 'certs', 'client_certificate.pem');
    const error = await failure(
      run({ ...secured('Basic256Sha256'), trustServerCertificate: other }),
    );
    expect(error.code).toBe('AUTHENTICATION_FAILED');
    expect(error.message).toContain('shows another certificate');
    expect(error.words?.zh).toContain('出示的证书与');
    const { requests } = await server.counts();
    expect(error.message).toContain('expected');
    expect(requests['CreateSessionRequest'] ?? 0).toBeGreaterThan(0);
  });

  it('names what the server offers when it offers no such protection', async () => {
    const plain = await startOpcuaServer({
      pkiFolder: join(folder.path, 'server-pki'),
      namespaceUri: plantUri,
      variables: [{ name: 'Current', type: 'Double', value: 1 }],
    });
    onTestFinished(() => plain.kill());
    const error = await failure(
      run({ securityMode: 'SignAndEncrypt', endpointUrl: plain.url }, gatewayFolder()),
    );
    expect(error.code).toBe('PROTOCOL');
    expect(error.message).toContain('offers no SignAndEncrypt/Basic256Sha256, only None/None');
  });
});

it('warns of a connection without protection', async () => {
  const running = run({ securityMode: 'None' });
  await firstValue(running);
  expect(running.events.map(({ code, severity }) => [code, severity])).toEqual([
    ['connection-unprotected', 'warning'],
  ]);
});
