import type { FaultLookup } from '../../faults/fault-effect.ts';
import type { JsonObject, PlantServer } from '../../plant.ts';
import { type OpcuaAccess, openPki } from './security.ts';
import { OpcuaServer, type OpcuaServerOptions } from './server.ts';

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
  const start = (port: number, extraNamespaces: number): Promise<OpcuaServer> =>
    OpcuaServer.start({
      ...options,
      host,
      port,
      extraNamespaces,
      pkiFolder: pki.folder,
      onRequest: () => {
        counters.requests += 1;
        beforeAnswer();
      },
      onWritesRefused: (count) => {
        counters.writesRefused += count;
      },
    });
  const first = await start(options.port, 0).catch(async (error: unknown) => {
    await pki.remove();
    throw error;
  });
  const faulty = new FaultyServer({ ...options, first, start, faults, counters });
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

type FaultyOptions = {
  readonly name: string;
  readonly first: OpcuaServer;
  readonly start: (port: number, extraNamespaces: number) => Promise<OpcuaServer>;
  readonly faults: FaultLookup;
  readonly counters: Counters;
};

/** The server with what the faults of the moment make of it; undefined while it restarts. */
class FaultyServer {
  readonly #options: FaultyOptions;
  readonly #port: number;
  readonly #endFaults: () => void;
  readonly #doneRestarts = new Set<string>();
  #missing: readonly string[] = [];
  #isClosing = false;
  #extraNamespaces = 0;
  #running: OpcuaServer | undefined;
  /** Restarts follow one another. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: FaultyOptions) {
    this.#options = options;
    this.#port = options.first.port;
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
    this.#isClosing = true;
    this.#endFaults();
    await this.#last;
    await this.#running?.stop();
  }

  #take(server: OpcuaServer): void {
    this.#running = server;
    this.#missing = [];
    server.onConnection = () => {
      this.#options.counters.connections += 1;
      if (this.#effect?.close === true) this.#dropSoon();
    };
    this.#apply();
  }

  get #effect() {
    return this.#options.faults.effectOn(this.#options.name, 0);
  }

  #apply(): void {
    const effect = this.#effect;
    for (const { id, namespaceShift, downMs } of effect?.restarts ?? []) {
      if (this.#doneRestarts.has(id)) continue;
      this.#doneRestarts.add(id);
      this.#extraNamespaces += namespaceShift;
      this.#last = this.#last.then(() => this.#restart(downMs));
    }
    const server = this.#running;
    if (server === undefined) return;
    if (effect?.close === true) this.#dropSoon();
    this.#setMissing(server, effect?.missingNodes ?? []);
    const isSilent = effect?.silent === true;
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

  async #restart(downMs: number): Promise<void> {
    const old = this.#running;
    if (this.#isClosing || old === undefined) return;
    this.#running = undefined;
    old.dropConnections();
    await old.stop();
    await new Promise((resolve) => setTimeout(resolve, downMs));
    if (this.#isClosing) return;
    this.#take(await this.#options.start(this.#port, this.#extraNamespaces));
    this.#options.counters.restarts += 1;
  }
}
