import type { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type {
  ClientSecureChannelLayer,
  ClientSession,
  ClientSessionRawSubscriptionService,
  EndpointDescription,
  OPCUAClient,
  OPCUAClientOptions,
} from 'node-opcua-client';
import type { SourceInput } from '../../gateway/core/adapter.ts';
import { GatewayError } from '../../gateway/core/error.ts';
import type { Log } from '../../gateway/core/log.ts';
import { type LocalText, noText } from '../../gateway/core/point.ts';
import { connectError } from './connection-error.ts';
import { within } from './deadline.ts';
import type { OpcuaLibrary } from './library.ts';
import { type OpcuaConfig, policyOf } from './opcua-config.ts';
import {
  type CertificateStore,
  closeCertificateStore,
  openCertificateStore,
} from './own-certificate.ts';
import { checkServerTrust } from './server-trust.ts';
import { checkUserTokens, describeUser, loadUserIdentity } from './user-identity.ts';

export type Connection = {
  readonly library: OpcuaLibrary;
  readonly session: ClientSession & ClientSessionRawSubscriptionService;
  /** Resolves with why, when the connection is gone without our doing. */
  readonly lost: Promise<GatewayError>;
  /** Ends the session, politely for a moment, then by breaking the connection; never rejects. */
  close(): Promise<void>;
};

export type OpenOptions = {
  readonly input: Pick<SourceInput<OpcuaConfig>, 'id' | 'config' | 'dataFolder'>;
  readonly library: OpcuaLibrary;
  readonly log: Log;
  readonly signal: AbortSignal;
};

/** A session outlives so many silent reads. */
const sessionPeriods = 5;
const shortestSessionMs = 60_000;
const politeMs = 1000;

/** A small machine may need that long for its first key. */
const keyTimeoutMs = 120_000;

/** @throws GatewayError when there is no working session within `connectTimeoutMs` */
export const openConnection = (options: OpenOptions): Promise<Connection> =>
  withOpening(options, (opening) => opening.run());

/** What the server offers, asked for without protection. */
export const readEndpoints = (options: OpenOptions): Promise<readonly EndpointDescription[]> =>
  withOpening(options, async (opening) => {
    const endpoints = await opening.endpoints();
    await opening.end();
    return endpoints;
  });

const withOpening = async <Result>(
  options: OpenOptions,
  work: (opening: Opening) => Promise<Result>,
): Promise<Result> => {
  const { input, signal } = options;
  const { id, config } = input;
  const target = {
    en: `source ${id}, ${config.endpointUrl}`,
    zh: `数据源 ${id}，${config.endpointUrl}`,
  };
  const store = await within(openStore(options), {
    timeoutMs: keyTimeoutMs,
    signal,
    what: { en: `source ${id}, its keys`, zh: `数据源 ${id}，读取密钥` },
  });
  const opening = new Opening(options, { target, store });
  try {
    const { connectTimeoutMs } = config;
    return await within(work(opening), { timeoutMs: connectTimeoutMs, signal, what: target });
  } catch (error) {
    await opening.end();
    throw connectError(error, {
      target,
      user: describeUser(config.user),
      ownCertificateFile: store.ownCertificateFile,
    });
  }
};

/** By folder: a source that is stopped and started again meets the work of before. */
const openingStores = new Map<string, Promise<CertificateStore>>();

const openStore = async ({ input, library }: OpenOptions): Promise<CertificateStore> => {
  const folder = join(input.dataFolder, 'pki');
  const { applicationName } = input.config;
  const opening =
    openingStores.get(folder) ?? openCertificateStore({ folder, applicationName, library });
  openingStores.set(folder, opening);
  try {
    return await opening;
  } finally {
    openingStores.delete(folder);
  }
};

class Opening {
  readonly #options: OpenOptions;
  readonly #target: LocalText;
  readonly #store: CertificateStore;
  readonly #clients: PoliteClient[] = [];
  #isEnded = false;

  constructor(
    options: OpenOptions,
    { target, store }: { readonly target: LocalText; readonly store: CertificateStore },
  ) {
    this.#options = options;
    this.#target = target;
    this.#store = store;
  }

  async run(): Promise<Connection> {
    const { library, input } = this.#options;
    const { config } = input;
    const identity = await loadUserIdentity(config.user, library);
    const serverCertificate =
      config.securityMode === 'None' ? undefined : await this.#serverCertificate();
    const mode = library.MessageSecurityMode[config.securityMode];
    const policy = library.SecurityPolicy[policyOf(config)];
    const client = this.#client({
      securityMode: mode,
      securityPolicy: policy,
      ...(serverCertificate === undefined ? {} : { serverCertificate }),
    });
    await client.client.connect(config.endpointUrl);
    const endpoint = client.client.findEndpointForSecurity(mode, policy);
    checkUserTokens(this.#need(endpoint, []), config.user, { library, target: this.#target });
    const session = await client.client.createSession(identity);
    return {
      library,
      session: session as Connection['session'],
      lost: Promise.race([client.lost, whenReplaced(session)]).then((reason) =>
        this.#lostError(reason),
      ),
      close: () => this.end(),
    };
  }

  /** Ends what was begun, also while it is still under way. */
  async end(): Promise<void> {
    this.#isEnded = true;
    await Promise.all(this.#clients.map((client) => client.close()));
    await closeCertificateStore(this.#store);
  }

  async endpoints(): Promise<readonly EndpointDescription[]> {
    const discovery = this.#client({});
    await discovery.client.connect(this.#options.input.config.endpointUrl);
    const endpoints = await discovery.client.getEndpoints();
    await discovery.close();
    return endpoints;
  }

  /** Asks the server for its certificate, and looks at it before anything else is said. */
  async #serverCertificate(): Promise<Buffer> {
    const { library, input, log } = this.#options;
    const { config } = input;
    const mode = library.MessageSecurityMode[config.securityMode];
    const policy = library.SecurityPolicy[policyOf(config)];
    const endpoints = await this.endpoints();
    const endpoint = this.#need(
      endpoints.find(
        ({ securityMode, securityPolicyUri }) =>
          securityMode === mode && securityPolicyUri === policy,
      ),
      endpoints,
    );
    await checkServerTrust({
      target: this.#target,
      endpointUrl: config.endpointUrl,
      certificate: endpoint.serverCertificate,
      certificates: this.#store.manager,
      pinnedFile: config.trustServerCertificate,
      log,
    });
    return endpoint.serverCertificate;
  }

  #need(
    endpoint: EndpointDescription | undefined,
    offered: readonly EndpointDescription[],
  ): EndpointDescription {
    if (endpoint !== undefined) return endpoint;
    const { library, input } = this.#options;
    const shown = offered.map(({ securityMode, securityPolicyUri }) => {
      const policy = (securityPolicyUri ?? '').replace(/^.*#/, '');
      return `${library.MessageSecurityMode[securityMode]}/${policy}`;
    });
    const all = [...new Set(shown)];
    const others =
      all.length === 0
        ? noText
        : { en: `, only ${all.join(', ')}`, zh: `，只有 ${all.join('、')}` };
    const wanted = `${input.config.securityMode}/${policyOf(input.config)}`;
    throw new GatewayError(
      'PROTOCOL',
      {
        en: `${this.#target.en} offers no ${wanted}${others.en}`,
        zh: `${this.#target.zh} 不提供 ${wanted}${others.zh}`,
      },
      { retryable: false },
    );
  }

  #client(security: OPCUAClientOptions): PoliteClient {
    if (this.#isEnded) throw new Error('given up');
    const { library, input } = this.#options;
    const { read, applicationName, timeoutMs } = input.config;
    const periodMs =
      read.mode === 'polling'
        ? read.periodMs
        : Math.max(read.publishingIntervalMs, read.keepAliveMs);
    const sessionMs = Math.max(shortestSessionMs, periodMs * sessionPeriods);
    const client = library.OPCUAClient.create({
      applicationName,
      clientName: input.id,
      // The supervisor starts anew; a connection that is repaired behind its back may stay silent for ever.
      connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 100 },
      endpointMustExist: false,
      requestedSessionTimeout: sessionMs,
      // A server may grant less than is asked for, and ends a session in which nothing is asked for so long.
      keepSessionAlive: true,
      defaultTransactionTimeout: timeoutMs,
      // Of a connection on which nothing comes: our own limits are shorter.
      transportTimeout: sessionMs,
      // Only the types of structures that come: a server has hundreds.
      dataTypeExtractStrategy: library.DataTypeExtractStrategy.Lazy,
      clientCertificateManager: this.#store.manager,
      ...security,
    });
    const polite = new PoliteClient(client);
    this.#clients.push(polite);
    return polite;
  }

  #lostError(reason: string): GatewayError {
    const words = {
      en: `${this.#target.en}: the connection is lost: ${reason || 'the server has ended it'}`,
      zh: `${this.#target.zh}：连接已丢失：${reason || '服务器已结束连接'}`,
    };
    return new GatewayError('CONNECTION_LOST', words, { retryable: true });
  }
}

/**
 * The library makes a session anew by itself when the server has ended it, and asks on with the node ids of before. They
 * may mean other nodes by now: a controller that was given another program numbers its namespaces anew.
 */
const whenReplaced = (session: EventEmitter): Promise<string> =>
  new Promise((resolve) => {
    for (const event of ['session_repaired', 'session_restored', 'session_repaired_failed']) {
      session.on(event, () => resolve('the server has ended the session'));
    }
  });

/** A client of the library whose end is bounded in time, whatever state it is in. */
class PoliteClient {
  readonly client: OPCUAClient;
  /** Resolves with the reason in words. */
  readonly lost: Promise<string>;
  #channel: ClientSecureChannelLayer | undefined;
  #closing: Promise<void> | undefined;

  constructor(client: OPCUAClient) {
    this.client = client;
    client.on('secure_channel_created', (channel: ClientSecureChannelLayer) => {
      this.#channel = channel;
    });
    this.lost = new Promise((resolve) => {
      client.on('close', (error?: Error | null) => resolve(error?.message ?? ''));
      client.on('connection_lost', () => setImmediate(resolve, ''));
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // Closes the sessions too, and with them their subscriptions.
    const disconnected = this.client.disconnect().then(
      () => true,
      () => true,
    );
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, politeMs, false);
    });
    const isDone = await Promise.race([disconnected, late]);
    clearTimeout(timer);
    if (!isDone) this.#channel?.forceConnectionBreak();
  }
}
