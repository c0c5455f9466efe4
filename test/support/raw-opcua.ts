import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import {
  AttributeIds,
  type ClientSession,
  DataTypeExtractStrategy,
  type DataValue,
  MessageSecurityMode,
  OPCUAClient,
  SecurityPolicy,
  type UserIdentityInfo,
  UserTokenType,
} from 'node-opcua-client';

const connectTimeoutMs = 5_000;

export type OpcuaConnection = {
  readonly securityMode?: MessageSecurityMode;
  readonly securityPolicy?: SecurityPolicy;
  readonly user?: { readonly name: string; readonly password: string };
};

/** OPC UA clients of their own, without reconnection, that keep nothing of the adapters. */
export class RawOpcua {
  readonly #folder: string;
  readonly #certificates: OPCUACertificateManager;
  readonly #clients: OPCUAClient[] = [];

  private constructor(folder: string, certificates: OPCUACertificateManager) {
    this.#folder = folder;
    this.#certificates = certificates;
  }

  static async create(): Promise<RawOpcua> {
    const folder = await mkdtemp(join(tmpdir(), 'seamwatt-test-opcua-'));
    const certificates = new OPCUACertificateManager({
      rootFolder: folder,
      automaticallyAcceptUnknownCertificate: true,
    });
    await certificates.initialize();
    return new RawOpcua(folder, certificates);
  }

  async connect(url: string, options: OpcuaConnection = {}): Promise<OPCUAClient> {
    const client = OPCUAClient.create({
      applicationName: 'seamwatt-test',
      clientCertificateManager: this.#certificates,
      endpointMustExist: false,
      keepSessionAlive: false,
      // Only the types of structures that come: to read all of them takes seconds.
      dataTypeExtractStrategy: DataTypeExtractStrategy.Lazy,
      connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 200 },
      transportTimeout: connectTimeoutMs,
      requestedSessionTimeout: 60_000,
      securityMode: options.securityMode ?? MessageSecurityMode.None,
      securityPolicy: options.securityPolicy ?? SecurityPolicy.None,
    });
    this.#clients.push(client);
    await client.connect(url);
    return client;
  }

  async open(url: string, options: OpcuaConnection = {}): Promise<ClientSession> {
    const client = await this.connect(url, options);
    return client.createSession(identityOf(options));
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.disconnect()));
    await this.#certificates.dispose();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

const identityOf = ({ user }: OpcuaConnection): UserIdentityInfo =>
  user === undefined
    ? { type: UserTokenType.Anonymous }
    : { type: UserTokenType.UserName, userName: user.name, password: user.password };

/** Values with source timestamps of string NodeIds in one namespace. */
export const readValues = async (
  session: ClientSession,
  namespaceIndex: number,
  ids: readonly string[],
): Promise<readonly DataValue[]> => {
  return session.read(
    ids.map((id) => ({ nodeId: `ns=${namespaceIndex};s=${id}`, attributeId: AttributeIds.Value })),
    0,
  );
};

/** Index of a namespace as the server numbers it now. */
export const namespaceIndexOf = async (session: ClientSession, uri: string): Promise<number> => {
  const uris = await session.readNamespaceArray();
  const index = uris.indexOf(uri);
  if (index < 0) throw new Error(`no namespace ${uri} in ${uris.join(', ')}`);
  return index;
};
