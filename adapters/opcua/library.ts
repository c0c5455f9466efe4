import type * as Certificates from 'node-opcua-certificate-manager';
import type * as Client from 'node-opcua-client';
import type { Log } from '../../gateway/core/log.ts';

/** What is used of node-opcua. */
export type OpcuaLibrary = Pick<
  typeof Client,
  | 'AttributeIds'
  | 'browseAll'
  | 'BrowseDirection'
  | 'coerceNodeId'
  | 'constructEventFilter'
  | 'DataChangeFilter'
  | 'DataChangeTrigger'
  | 'DataTypeExtractStrategy'
  | 'makeApplicationUrn'
  | 'MessageSecurityMode'
  | 'MonitoringMode'
  | 'OPCUAClient'
  | 'promoteOpaqueStructure'
  | 'SecurityPolicy'
  | 'TimestampsToReturn'
  | 'UserTokenType'
> &
  Pick<typeof Certificates, 'makeSubject' | 'OPCUACertificateManager'>;

let loading: Promise<OpcuaLibrary> | undefined;

/**
 * Loads node-opcua, which takes half a second and 53 MB: only where a site uses it. What it would print goes to `log`,
 * at the level for debugging, because what matters of it comes back as errors.
 */
export const loadLibrary = (log: Log): Promise<OpcuaLibrary> => {
  loading ??= load(log);
  return loading;
};

const load = async (log: Log): Promise<OpcuaLibrary> => {
  const [client, certificates] = await Promise.all([
    import('node-opcua-client'),
    import('node-opcua-certificate-manager'),
  ]);
  const print = (...words: unknown[]): void =>
    log.debug({ library: 'node-opcua' }, words.map(String).join(' ').trim());
  client.setWarningLogger(print);
  client.setErrorLogger(print);
  const { OPCUACertificateManager, makeSubject } = certificates;
  return { ...client, OPCUACertificateManager, makeSubject };
};
