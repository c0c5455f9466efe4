import { rm } from 'node:fs/promises';
import type { Problem } from '../../../config/problem.ts';
import { listAlternatives } from '../../../config/suggest.ts';
import type { Kit } from '../kit.ts';
import { type RunningSimulators, startSimulators } from '../simulators.ts';
import { freePort } from './free-port.ts';
import { GatewayChild } from './gateway-child.ts';
import { LockStepGate } from './lock-step-gate.ts';
import { MqttContents } from './mqtt-contents.ts';
import { RealClock } from './real-clock.ts';
import { type Scenario, ScenarioError } from './scenario.ts';
import type { ScenarioClock } from './scenario-clock.ts';
import { ServerChild } from './server-child.ts';
import { SimulatorControl } from './simulator-control.ts';
import { simulatorFlags } from './simulator-flags.ts';
import {
  type SimulatedSources,
  type SiteCopy,
  simulatedSourcesOf,
  sourceIdsOf,
  writeSiteCopy,
} from './site-copy.ts';
import { makeWorkFolder } from './work-folder.ts';

export type RunOptions = {
  readonly scenario: Scenario;
  readonly siteFile: string;
  readonly kit: Kit;
  readonly signal: AbortSignal;
};

/** Everything that a scenario needs, started in the order in which it is needed, and ended in the other. */
export class ScenarioRun {
  readonly options: RunOptions;
  readonly #endings: (() => Promise<void>)[] = [];
  readonly #ended = Promise.withResolvers<never>();
  #servers: { broker: ServerChild | undefined; database: ServerChild | undefined } | undefined;
  #control: SimulatorControl | undefined;
  #copy: SiteCopy | undefined;
  #clock: ScenarioClock | undefined;
  #gateway: GatewayChild | undefined;
  #contents: MqttContents | undefined;
  #brokerPort = 0;

  constructor(options: RunOptions) {
    this.options = options;
    // Whoever waits for something is told; before and after, nobody waits.
    this.#ended.promise.catch(() => undefined);
  }

  get control(): SimulatorControl {
    return started(this.#control);
  }

  get clock(): ScenarioClock {
    return started(this.#clock);
  }

  get copy(): SiteCopy {
    return started(this.#copy);
  }

  get contents(): MqttContents {
    return started(this.#contents);
  }

  get broker(): ServerChild {
    return started(this.#servers?.broker);
  }

  get database(): ServerChild | undefined {
    return this.#servers?.database;
  }

  /** Undefined while it is away. */
  get gateway(): GatewayChild | undefined {
    return this.#gateway;
  }

  /** Starts simulators, servers and clock; the gateway comes later. */
  async prepare(): Promise<void> {
    const { scenario, siteFile, kit, signal } = this.options;
    const { simulate, sinks } = scenario.content;
    const folder = await makeWorkFolder();
    this.#endings.push(() => rm(folder, { recursive: true, force: true }));
    const sources = simulatedSourcesOf(simulate.sources);
    const simulators = await startSimulators(kit, signal, simulatorFlags(simulate, sources));
    this.#endings.push(() => simulators.stop());
    await checkSources(this.options, sources, simulators.servers);
    this.#control = new SimulatorControl(simulators.control);
    const database = await this.#startServer(sinks.database === 'influxd', 'influxd', folder);
    const broker = await this.#startServer(sinks.broker === 'mosquitto', 'mosquitto', folder);
    this.#servers = { broker, database };
    this.#brokerPort = broker?.port ?? (await freePort());
    this.#copy = await writeSiteCopy(
      {
        ...{ siteFile, folder, sources, servers: simulators.servers },
        ...{ brokerPort: this.#brokerPort, isBrokerEmbedded: broker === undefined },
        databasePort: database?.port,
      },
      kit,
    );
    await this.#startClock(simulators);
    if (broker !== undefined) await this.#listen(true);
  }

  /** Starts the gateway, again after it was killed, and watches over it. */
  async startGateway(): Promise<void> {
    const { kit, signal } = this.options;
    const gateway = await GatewayChild.start({
      program: kit.composition.gatewayProgram,
      siteFile: this.copy.file,
      clockUrl: this.clock.url,
      env: kit.env,
      signal,
    });
    gateway.watch().catch((error: unknown) => this.#ended.reject(error));
    this.#gateway = gateway;
    if (this.#contents === undefined) await this.#listen(false);
  }

  async killGateway(): Promise<void> {
    const gateway = this.#gateway;
    this.#gateway = undefined;
    await gateway?.kill();
  }

  async stopGateway(): Promise<void> {
    const gateway = this.#gateway;
    this.#gateway = undefined;
    await gateway?.stop();
  }

  /** Rejects as soon as gateway or simulators end by themselves, or the user wants no more. */
  whileAlive<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#ended.promise]);
  }

  async end(): Promise<void> {
    await this.stopGateway();
    await this.#contents?.close();
    for (const end of this.#endings.toReversed()) await end();
  }

  async #startServer(
    isWanted: boolean,
    kind: 'mosquitto' | 'influxd',
    folder: string,
  ): Promise<ServerChild | undefined> {
    if (!isWanted) return undefined;
    const server = await ServerChild.start(kind, folder);
    this.#endings.push(() => server.down());
    return server;
  }

  async #startClock(simulators: RunningSimulators): Promise<void> {
    const { scenario, signal, kit } = this.options;
    const { clock, speed } = scenario.content.simulate;
    const { control } = this;
    this.#clock =
      clock === 'lock-step'
        ? await LockStepGate.open(control)
        : new RealClock({ control, speed, signal });
    this.#endings.push(() => this.clock.close());
    signal.addEventListener('abort', () => this.#ended.reject(signal.reason), { once: true });
    void simulators.ended.then((reason) =>
      this.#ended.reject(new Error(kit.text.simulatorsEnded(reason))),
    );
  }

  async #listen(isKept: boolean): Promise<void> {
    const { enterprise, site } = this.copy.site.identity;
    const topic = `${enterprise}/${site}`;
    this.#contents = await MqttContents.open({ port: this.#brokerPort, topic, isKept });
  }
}

const started = <T>(part: T | undefined): T => {
  if (part !== undefined) return part;
  throw new Error('it has not been started yet');
};

/**
 * The sources that the scenario names must be in the site, and their servers among those that are simulated; and there must
 * be one at all.
 * @throws ScenarioError
 */
const checkSources = async (
  { scenario, siteFile }: RunOptions,
  sources: SimulatedSources,
  servers: RunningSimulators['servers'],
): Promise<void> => {
  const ids = await sourceIdsOf(siteFile);
  const problems: Problem[] = [];
  const named = scenario.content.simulate.sources;
  for (const id of Object.keys(named)) {
    const path = ['simulate', 'sources', id];
    const server = sources[id]?.server ?? '';
    if (!ids.includes(id)) {
      const expected = `a source of the site: ${listAlternatives(ids)}`;
      problems.push(scenario.problemAt(path, { found: `no source ${id}`, expected }));
    } else if (servers[server] === undefined) {
      const expected = `a simulated server: ${listAlternatives(Object.keys(servers))}`;
      problems.push(scenario.problemAt(path, { found: `no server ${server}`, expected }));
    }
  }
  if (problems.length === 0 && !ids.some((id) => servers[sources[id]?.server ?? ''])) {
    const found = 'no source of the site with a simulated server';
    const expected = 'simulate.sources to name them';
    problems.push(scenario.problemAt(['simulate'], { found, expected }));
  }
  if (problems.length > 0) throw new ScenarioError(problems);
};
