import {
  type AddressSpace,
  type BaseNode,
  MessageSecurityMode,
  MonitoredItem,
  type MonitoredItemBase,
  type Namespace,
  type NodeId,
  NodeIdType,
  nodesets,
  OPCUAServer,
  type Response,
  SecurityPolicy,
  type ServerSecureChannelLayer,
  StatusCodes,
  type UAVariable,
  WriteResponse,
} from 'node-opcua';
import { MonitoredFeed } from './feed.ts';
import { LiveValues } from './live-values.ts';
import { certificateManagers, isOperator, type OpcuaAccess } from './security.ts';
import type { Signal } from './signal.ts';
import { addSignal, stepMs } from './signal-nodes.ts';
import { addTwins } from './twins.ts';
import type { ValueFaults } from './value-faults.ts';

export type SpaceBuilder = {
  readonly addressSpace: AddressSpace;
  /** The plant's own. */
  readonly namespace: Namespace;
  readonly values: LiveValues;
  readonly addSignal: (parent: BaseNode, signal: Signal) => UAVariable;
};

export type OpcuaServerOptions = {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Path of the endpoint, e.g. `/mpm01`. */
  readonly path: string;
  readonly productName: string;
  readonly applicationUri: string;
  /** Namespace of the plant's own nodes. */
  readonly namespaceUri: string;
  readonly nodesets: readonly (keyof typeof nodesets)[];
  /** The result is called when the server ends. */
  readonly build: (space: SpaceBuilder) => () => void;
  readonly access: OpcuaAccess;
  readonly pkiFolder: string;
  /** Namespaces registered before the plant's own, to shift its index. */
  readonly extraNamespaces: number;
  /** Whether those have variables with the identifiers of the plant's own. */
  readonly hasTwins: boolean;
  readonly nowMs: () => number;
  readonly valueFaults: ValueFaults;
  readonly onRequest: () => void;
  readonly onWritesRefused: (count: number) => void;
};

/** One run of an OPC UA server, from its start to its end. */
export class OpcuaServer {
  readonly feed: MonitoredFeed;
  readonly values: LiveValues;
  /** Called for each new connection, once the library knows it. */
  onConnection: (channel: ServerSecureChannelLayer) => void = () => undefined;
  readonly #server: OPCUAServer;
  readonly #options: OpcuaServerOptions;
  readonly #places = new Map<string, { readonly parent: BaseNode; readonly signal: Signal }>();
  #namespace: Namespace | undefined;
  #endBuilt = (): void => undefined;

  private constructor(
    options: OpcuaServerOptions,
    managers: Awaited<ReturnType<typeof certificateManagers>>,
  ) {
    this.#options = options;
    this.values = new LiveValues(options.valueFaults);
    this.feed = new MonitoredFeed(this.values, options.nowMs);
    this.#server = new OPCUAServer({
      ...endpointOptions(options),
      nodesets: options.nodesets.map((name) => nodesets[name]),
      nodesetLoaderOptions: { yieldEveryBytes: 64 * 1024 },
      serverCertificateManager: managers.server,
      userCertificateManager: managers.user,
      userManager: {
        isValidUser: (user: string, password: string) => isOperator(options.access, user, password),
      },
      serverInfo: {
        applicationUri: options.applicationUri,
        productUri: options.applicationUri,
        applicationName: { text: options.productName },
      },
      buildInfo: { productName: options.productName, manufacturerName: 'Seamwatt simulated' },
      serverCapabilities: capabilities,
      maxConnectionsPerEndpoint: maxConnections,
      onCreateMonitoredItem: this.#onCreate,
      onDeleteMonitoredItem: this.#onDelete,
    });
    this.#server.on('request', options.onRequest);
    this.#server.on('response', this.#onResponse);
    this.#server.on('newChannel', (channel) => this.onConnection(channel));
  }

  /** Rejects when the port is taken. */
  static async start(options: OpcuaServerOptions): Promise<OpcuaServer> {
    const server = new OpcuaServer(options, await certificateManagers(options.pkiFolder));
    await server.#start();
    return server;
  }

  get port(): number {
    return this.#endpoint.port;
  }

  get sessions(): number {
    return this.#server.currentSessionCount;
  }

  get subscriptions(): number {
    return this.#server.currentSubscriptionCount;
  }

  /** Cuts all connections without a word, as a pulled cable does not, but a crashed server. */
  dropConnections(): void {
    this.#endpoint.abruptlyInterruptChannels();
  }

  /** Takes the variable of a signal away, or brings it back. */
  setMissing(id: string, isMissing: boolean): void {
    const place = this.#places.get(id);
    const namespace = this.#namespace;
    if (place === undefined || namespace === undefined) return;
    const node = namespace.findNode(`s=${id}`);
    if (isMissing && node !== null) {
      this.feed.release(id);
      namespace.deleteNode(node);
    }
    if (!isMissing && node === null) this.#addSignal(place.parent, place.signal);
  }

  async stop(): Promise<void> {
    this.#endBuilt();
    await this.#server.shutdown(0);
  }

  get #endpoint(): OPCUAServer['endpoints'][number] {
    const [endpoint] = this.#server.endpoints;
    if (endpoint === undefined) throw new Error('the OPC UA server has no endpoint');
    return endpoint;
  }

  async #start(): Promise<void> {
    await this.#server.initialize();
    const { addressSpace } = this.#server.engine;
    if (addressSpace === null) throw new Error('the OPC UA server has no address space');
    const { extraNamespaces, namespaceUri, hasTwins } = this.#options;
    const before = Array.from({ length: extraNamespaces }, (_, index) =>
      addressSpace.registerNamespace(`${namespaceUri}:before:${index + 1}`),
    );
    const namespace = addressSpace.registerNamespace(namespaceUri);
    this.#namespace = namespace;
    const { values } = this;
    const { build } = this.#options;
    this.#endBuilt = build({ addressSpace, namespace, values, addSignal: this.#addSignal });
    if (hasTwins) for (const other of before) addTwins(addressSpace, other, this.#places.keys());
    await this.#server.start();
  }

  readonly #addSignal = (parent: BaseNode, signal: Signal): UAVariable => {
    const namespace = this.#namespace;
    if (namespace === undefined) throw new Error('there is no namespace yet');
    this.#places.set(signal.id, { parent, signal });
    return addSignal({ namespace, parent, values: this.values }, signal);
  };

  readonly #onCreate = async (_: unknown, item: MonitoredItemBase) => {
    const live = item.node === null ? undefined : this.#liveOf(item.node.nodeId);
    if (live !== undefined && item instanceof MonitoredItem) this.feed.attach(item, live);
    return StatusCodes.Good;
  };

  readonly #onDelete = async (_: unknown, item: MonitoredItemBase) => {
    if (item instanceof MonitoredItem) this.feed.detach(item);
    return StatusCodes.Good;
  };

  #liveOf(nodeId: NodeId) {
    const isOwn = nodeId.namespace === this.#namespace?.index;
    if (!isOwn || nodeId.identifierType !== NodeIdType.STRING) return undefined;
    return this.values.find(String(nodeId.value));
  }

  readonly #onResponse = (response: Response): void => {
    if (!(response instanceof WriteResponse)) return;
    const refused = response.results?.filter((status) => !status.isGood()).length ?? 0;
    this.#options.onWritesRefused(refused);
  };
}

const maxConnections = 32;
const maxQueue = 5000;

const capabilities = {
  maxSessions: 32,
  maxSubscriptions: 64,
  maxSubscriptionsPerSession: 16,
  maxMonitoredItems: 50_000,
  maxMonitoredItemsPerSubscription: 10_000,
  maxMonitoredItemsQueueSize: maxQueue,
  minSupportedSampleRate: stepMs,
};

const endpointOptions = ({ host, port, path, access }: OpcuaServerOptions) => ({
  host,
  port,
  resourcePath: path,
  // An address that stands for all interfaces is no name to send clients to.
  ...(host === '0.0.0.0' || host === '::' ? {} : { hostname: host }),
  alternateHostname: ['127.0.0.1', 'localhost'],
  allowAnonymous: access.isAnonymousAllowed,
  securityModes: [
    MessageSecurityMode.None,
    MessageSecurityMode.Sign,
    MessageSecurityMode.SignAndEncrypt,
  ],
  securityPolicies: [
    SecurityPolicy.None,
    SecurityPolicy.Basic256Sha256,
    SecurityPolicy.Aes128_Sha256_RsaOaep,
    SecurityPolicy.Aes256_Sha256_RsaPss,
  ],
});
