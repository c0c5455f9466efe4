import { createControlServer } from './control-server.ts';
import { FaultTable } from './faults/fault-table.ts';
import { type PlantName, type ProgramOptions, parseProgramOptions, UsageError } from './options.ts';
import { createParkPlant } from './park/park-plant.ts';
import type { JsonObject, Plant, RunningServer } from './plant.ts';
import { openProxy, type PlannedProxy, planProxies } from './proxies.ts';
import { Simulation, type TimeSource } from './simulation.ts';
import { usageIn } from './usage.ts';
import { createLinePlant } from './welding-line/plant.ts';

const followEveryMs = 100;
const exitWithinMs = 800;
const usageExitCode = 2;

const createPlant = (name: PlantName, options: ProgramOptions, startMs: number): Plant => {
  const { seed, ports, panelLengthMm } = options;
  switch (name) {
    case 'line':
      return createLinePlant({
        seed,
        startMs,
        panelLengthMm,
        plcPort: ports.linePlc,
        opcua: options.lineOpcua,
      });
    case 'park':
      return createParkPlant({
        seed,
        startMs,
        pvPort: ports.parkPv,
        meterPort: ports.parkMeter,
        storagePort: ports.parkStorage,
        chargerPort: ports.parkCharger,
        revenuePort: ports.parkRevenue,
        hasMeterError: options.hasParkMeterError,
        demandTargetKw: options.parkDemandTargetKw,
        startMinuteOfDay: options.parkStartMinuteOfDay,
        countsFromMs: registersSinceMs(options, startMs),
        stepMs: options.parkStepMs,
        ocpp: options.parkOcpp,
      });
  }
};

/** Longer would make the start wait for more than a minute of folding days. */
const maxRegisterDays = 3 * 366;

const registersSinceMs = (options: ProgramOptions, startMs: number): number | undefined => {
  const sinceMs = options.parkRegistersSinceMs;
  if (sinceMs === undefined) return undefined;
  const days = (startMs - sinceMs) / 86_400_000;
  if (days >= 0 && days <= maxRegisterDays) return sinceMs;
  throw new UsageError(
    `--park-registers-since: expected an instant from ${maxRegisterDays} days before the start on to the start`,
  );
};

const timeOf = (options: ProgramOptions, startMs: number): TimeSource => {
  if (options.isLockStep) return { kind: 'lock-step' };
  if (options.startMs === undefined && options.speed === 1) {
    return { kind: 'running', nowMs: Date.now };
  }
  const origin = performance.now();
  const nowMs = (): number => startMs + (performance.now() - origin) * options.speed;
  return { kind: 'running', nowMs };
};

type Opening = {
  readonly simulation: Simulation;
  readonly proxies: readonly PlannedProxy[];
  readonly options: ProgramOptions;
};

/** The servers of all plants, and then the proxies that may lead to them. */
const openServers = async (opening: Opening): Promise<ReadonlyMap<string, RunningServer>> => {
  const { simulation, proxies } = opening;
  const { host, seed } = opening.options;
  const { faults, follow } = simulation;
  const servers = new Map<string, RunningServer>();
  const open = async (name: string, listen: () => Promise<RunningServer>): Promise<void> => {
    try {
      servers.set(name, await listen());
    } catch (error) {
      throw new Error(`${name}: ${messageOf(error)}`, { cause: error });
    }
  };
  for (const server of simulation.plants.flatMap((plant) => plant.servers)) {
    await open(server.name, () => server.listen({ host, seed, faults, beforeAnswer: follow }));
  }
  for (const proxy of proxies) {
    await open(proxy.spec.name, () => openProxy(proxy, { host, seed, faults, servers }));
  }
  return servers;
};

const announce = (control: string, servers: ReadonlyMap<string, RunningServer>): void => {
  const endpoints: Record<string, JsonObject> = {};
  for (const [name, { endpoint }] of servers) endpoints[name] = { ...endpoint };
  process.stdout.write(`${JSON.stringify({ simulated: true, control, servers: endpoints })}\n`);
};

const run = async (options: ProgramOptions): Promise<void> => {
  const startMs = options.startMs ?? Math.floor(Date.now() / 100) * 100;
  const plants = options.plants.map((name) => createPlant(name, options, startMs));
  const served = plants.flatMap(({ servers }) => servers.map(({ device }) => device));
  const devices = [...served, ...plants.flatMap(({ device }) => device ?? [])];
  const proxies = planProxies(options.proxies, served);
  const faults = new FaultTable([...devices, ...proxies.map(({ device }) => device)], startMs);
  for (const plant of plants) plant.useFaults?.(faults);
  const time = timeOf(options, startMs);
  const simulation = new Simulation({ plants, faults, time, startMs });
  const servers = await openServers({ simulation, proxies, options });

  const stop = (): void => {
    setTimeout(() => process.exit(0), exitWithinMs);
    const closing = [control, ...servers.values()].map((one) => one.close());
    void Promise.allSettled(closing).then(() => process.exit(0));
  };
  const control = await createControlServer({
    port: options.ports.control,
    simulation,
    seed: options.seed,
    servers,
    onShutdown: stop,
  });
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (options.exitsWithStdin) onStdinEnd(stop);
  if (time.kind === 'running') setInterval(simulation.follow, followEveryMs);
  announce(control.url, servers);
};

/** A pipe ends however the process at its other end does, also by kill -9, which tells nobody. */
const onStdinEnd = (end: () => void): void => {
  process.stdin.once('close', end);
  process.stdin.once('error', end);
  process.stdin.resume();
};

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

const fail = (error: unknown): never => {
  const isUsage = error instanceof UsageError;
  process.stderr.write(`simulators: ${messageOf(error)}\n${isUsage ? 'Try --help.\n' : ''}`);
  process.exit(isUsage ? usageExitCode : 1);
};

try {
  const options = parseProgramOptions(process.argv.slice(2), process.env);
  if (options.isHelp) process.stdout.write(usageIn(process.env));
  else await run(options);
} catch (error) {
  fail(error);
}
