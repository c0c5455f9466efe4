import type { FaultLookup } from '../../faults/fault-lookup.ts';
import type { OpcuaFault } from '../../faults/opcua-faults.ts';
import type { JsonObject, PlantServer } from '../../plant.ts';
import { Restarts } from '../restarts.ts';
import { type OpcuaAccess, openPki } from './security.ts';
import { OpcuaServer, type OpcuaServerOptions } from './server.ts';
import { ValueFaults } from './value-faults.ts';

type ListenContext = Parameters<PlantServer['listen']>[0];
type RunningServer = Awaited<ReturnType<PlantServer['listen']>>;

export type OpcuaPlantOptions = Pick<
  OpcuaServerOptions,
  | 'port'
  | 'path'
  | 'productName'
  | 'applicationUri'
  | 'namespaceUri'
  | 'nodesets'
  | 'build'
  | 'nowMs'
> & {
  /** The device name under which faults find this server. */
  readonly name: string;
  /** Identifiers of those variables that are counters. */
  readonly counters: ReadonlySet<string>;
  readonly access: OpcuaAccess;
  /** Calls back after every step of the model; the result ends the subscription. */
  readonly onStep: (listener: () => void) => () => void;
};

/** Opens the OPC UA server of a plant and lets faults act on it. */
export const listenOpcua = async (
  options: OpcuaPlantOptions,
  { host, faults, beforeAnswer }: ListenContext,
): Promise<RunningServer> => {
  const pki = await openPki(options.access.pkiFolder);
  const counters = { requests: 0, writesRefused: 0, connections: 0, restarts: 0 };
  const valueFaults = new ValueFaults(options);
  const start = (port: number, before: NamespacesBefore): Promise<OpcuaServer> =>
    OpcuaServer.start({
      ...options,
      ...before,
      host,
      port,
      pkiFolder: pki.folder,
      valueFaults,
      onRequest: () => {
        counters.requests += 1;
        beforeAnswer();
      },
      onWritesRefused: (count) => {
        counters.writesRefused += count;
      },
    });
  const first = await start(options.port, { extraNamespaces: 0, hasTwins: false }).catch(
    async (error: unknown) => {
      await pki.remove();
      throw error;
    },
  );
  const faulty = new FaultyServer({ ...options, first, start, faults, counters, valueFaults });
  const endStepping = options.onStep(() => faulty.step());
  return {
    endpoint: { url: `opc.tcp://${host}:${first.port}${options.path}` },
    stats: () => faulty.stats(),
    close: async () => {
      endStepping();
      await faulty.close();
      await pki.remove();
    },
  };
};

type Counters = {
  requests: number;
  writesRefused: number;
  connections: number;
  restarts: number;
};

type NamespacesBefore = Pick<OpcuaServerOptions, 'extraNamespaces' | 'hasTwins'>;

type FaultyOptions = {
  readonly name: string;
  readonly first: OpcuaServer;
  readonly start: (port: number, before: NamespacesBefore) => Promise<OpcuaServer>;
  readonly faults: FaultLookup;
  readonly valueFaults: ValueFaults;
  readonly counters: Counters;
};

type RestartFault = Extract<OpcuaFault, { readonly kind: 'restart' }>;

/** The server with what the faults of the moment make of it; undefined while it restarts. */
class FaultyServer {
  readonly #options: FaultyOptions;
  readonly #port: number;
  readonly #endFaults: () => void;
  readonly #restarts: Restarts<RestartFault>;
  #missing: readonly string[] = [];
  #extraNamespaces = 0;
  #running: OpcuaServer | undefined;

  constructor(options: FaultyOptions) {
    this.#options = options;
    this.#port = options.first.port;
    this.#restarts = new Restarts<RestartFault>({
      down: () => this.#goDown(),
      up: (restart) => this.#comeUp(restart),
    });
    this.#take(options.first);
    this.#endFaults = options.faults.onChange(() => this.#apply());
  }

  step(): void {
    this.#running?.feed.step();
  }

  stats(): JsonObject {
    const server = this.#running;
    return {
      ...this.#options.counters,
      isUp: server !== undefined,
      sessions: server?.sessions ?? 0,
      subscriptions: server?.subscriptions ?? 0,
      monitoredItems: server?.feed.size ?? 0,
    };
  }

  async close(): Promise<void> {
    this.#endFaults();
    await this.#restarts.close();
    await this.#running?.stop();
  }

  #take(server: OpcuaServer): void {
    this.#running = server;
    this.#missing = [];
    server.onConnection = () => {
      this.#options.counters.connections += 1;
      if (this.#isClosed) this.#dropSoon();
    };
    this.#apply();
  }

  get #faults(): readonly OpcuaFault[] {
    return this.#options.faults.opcuaFaultsOn(this.#options.name);
  }

  get #isClosed(): boolean {
    return this.#faults.some(({ kind }) => kind === 'close');
  }

  #apply(): void {
    const faults = this.#faults;
    this.#restarts.ask(faults.filter((fault) => fault.kind === 'restart'));
    this.#options.valueFaults.set(faults);
    const server = this.#running;
    if (server === undefined) return;
    if (this.#isClosed) this.#dropSoon();
    const missing = faults.flatMap((fault) => (fault.kind === 'bad-node' ? [fault.node] : []));
    this.#setMissing(server, missing);
    const isSilent = faults.some(({ kind }) => kind === 'silent');
    if (isSilent === server.values.isHeld) return;
    if (isSilent) {
      server.feed.flush();
      server.values.hold();
    } else {
      server.values.release();
      server.feed.catchUp();
    }
  }

  #setMissing(server: OpcuaServer, missing: readonly string[]): void {
    for (const id of this.#missing) if (!missing.includes(id)) server.setMissing(id, false);
    for (const id of missing) if (!this.#missing.includes(id)) server.setMissing(id, true);
    this.#missing = missing;
  }

  /** Not at once, because the library may be about to answer on the connection. */
  #dropSoon(): void {
    setImmediate(() => this.#running?.dropConnections());
  }

  async #goDown(): Promise<void> {
    const old = this.#running;
    this.#running = undefined;
    old?.dropConnections();
    await old?.stop();
  }

  async #comeUp({ namespaceShift, hasTwins }: RestartFault): Promise<void> {
    this.#extraNamespaces += namespaceShift;
    const { start } = this.#options;
    const extraNamespaces = this.#extraNamespaces;
    this.#take(await start(this.#port, { extraNamespaces, hasTwins }));
    this.#options.counters.restarts += 1;
  }
}
