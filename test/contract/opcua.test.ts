import { join } from 'node:path';
import {
  createOpcuaTestSource,
  device,
  makePkiFolder,
  plantUri,
  quickly,
} from '../support/opcua-source.ts';
import { type OpcuaVariable, startOpcuaServer } from '../support/peers/opcua-server.ts';
import { type SourcePeer, sourceContract } from './source-contract.ts';

const profile: OpcuaVariable = { name: 'Profile', type: 'Float', value: [1, 2], isArray: true };

const startPeer = async (
  entry: Record<string, unknown>,
  policies: readonly string[],
): Promise<SourcePeer> => {
  const folder = makePkiFolder();
  const server = await startOpcuaServer({
    pkiFolder: join(folder.path, 'server-pki'),
    namespaceUri: plantUri,
    policies,
    variables: [{ name: 'Current', type: 'Double', value: 1 }, profile],
  });
  let value = 1;
  return {
    port: server.port,
    createSource: (port) =>
      createOpcuaTestSource(
        {
          endpointUrl: `opc.tcp://127.0.0.1:${port}`,
          connectTimeoutMs: 3000,
          timeoutMs: 1000,
          equipment: [
            device([{ point: 'current', node: 's=Current' }]),
            device([{ point: 'z', node: 's=Profile', arrayElements: { count: 2 } }], {
              equipment: 'profile',
            }),
          ],
          ...(policies.includes('None')
            ? { securityMode: 'None' }
            : { trustServerCertificate: server.certificateFile }),
          ...entry,
        },
        join(folder.path, 'gateway'),
      ),
    change: () => {
      value += 1;
      return server.set({ name: 'Current', value });
    },
    member: {
      equipment: 'profile',
      lose: () => server.remove('Profile'),
      restore: () => server.add(profile),
    },
    stop: async () => {
      await server.kill();
      folder.remove();
    },
  };
};

sourceContract('opcua by subscription, encrypted', {
  failsWithinMs: 6000,
  startPeer: () => startPeer({ read: { ...quickly, keepAliveMs: 500 } }, ['Basic256Sha256']),
});

sourceContract('opcua by polling', {
  failsWithinMs: 6000,
  startPeer: () => startPeer({ read: { mode: 'polling', periodMs: 50 } }, ['None']),
});
