import type { FaultDevice, FaultLookup, Framing } from './faults/fault-lookup.ts';
import { startProxy } from './faults/proxy/proxy.ts';
import { type ProxySpec, proxyDevice } from './faults/proxy/specs.ts';
import { UsageError } from './options.ts';
import type { RunningServer } from './plant.ts';

/** A proxy whose target is known to exist. */
export type PlannedProxy = {
  readonly spec: ProxySpec;
  readonly device: FaultDevice & { readonly framing: Framing };
};

/** @throws UsageError where a proxy is to lead to a simulated server that is not there. */
export const planProxies = (
  specs: readonly ProxySpec[],
  devices: readonly FaultDevice[],
): readonly PlannedProxy[] =>
  specs.map((spec) => {
    const device = proxyDevice(spec, devices);
    if (device?.protocol === 'proxy') return { spec, device };
    const server = spec.target.kind === 'server' ? spec.target.server : '';
    const known = devices.map(({ name }) => name).join(', ');
    throw new UsageError(`--proxy: no server ${server}: there are ${known}`);
  });

export type OpenProxyOptions = {
  /** Where the devices listen. */
  readonly host: string;
  readonly seed: number;
  readonly faults: FaultLookup;
  /** The simulated servers, all of them listening. */
  readonly servers: ReadonlyMap<string, RunningServer>;
};

/** Rejects when the port is taken. */
export const openProxy = async (
  { spec, device }: PlannedProxy,
  options: OpenProxyOptions,
): Promise<RunningServer> => {
  const host = spec.host ?? options.host;
  const proxy = await startProxy({
    ...options,
    name: spec.name,
    host,
    port: spec.port,
    framing: device.framing,
    target: targetOf(spec, options.servers),
  });
  return {
    endpoint: { host, port: proxy.port },
    stats: () => ({ ...proxy.stats() }),
    close: () => proxy.close(),
  };
};

const targetOf = (
  { target }: ProxySpec,
  servers: ReadonlyMap<string, RunningServer>,
): { readonly host: string; readonly port: number } => {
  if (target.kind === 'address') return target;
  const endpoint = servers.get(target.server)?.endpoint;
  if (endpoint === undefined) throw new Error(`no server ${target.server}`);
  if (!('url' in endpoint)) return { host: reachable(endpoint.host), port: endpoint.port };
  const { hostname, port } = new URL(endpoint.url);
  return { host: reachable(hostname), port: Number(port) };
};

/** An address that stands for all interfaces is no place to connect to. */
const reachable = (host: string): string =>
  host === '0.0.0.0' || host === '::' ? 'localhost' : host;
