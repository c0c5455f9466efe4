import type { ClientSession } from 'node-opcua-client';
import { namespaceIndexOf, type RawOpcua } from './raw-opcua.ts';
import type { Simulator } from './simulator.ts';

/** First instant in lock-step. */
export const startMs = Date.parse('2023-06-21T00:00:00Z');

/** Namespace of the line's own nodes. */
export const ownUri = 'urn:seamwatt:simulators:weldline';

/** Source timestamps of what arrived, ms since the start. */
export const since = ({ times }: { readonly times: readonly number[] }): number[] =>
  times.map((timeMs) => timeMs - startMs);

/** Arguments for the line alone, in lock-step. */
export const lineOnly = ['--plants', 'line', '--lock-step', '--line-opcua-port', '0'];

/** An anonymous session and the index of the line's own namespace in it. */
export const openLine = async (
  opcua: RawOpcua,
  simulator: Simulator,
): Promise<{ session: ClientSession; own: number }> => {
  const session = await opcua.open(simulator.url('line.opcua'));
  return { session, own: await namespaceIndexOf(session, ownUri) };
};

type Truth = {
  readonly line: {
    readonly energyWh: number;
    readonly linePowerKw: number;
    readonly panel: { readonly seams: Record<string, { readonly heatInputKjPerMm: number }> };
  };
  readonly servers: { readonly 'line.opcua': Record<string, number> };
};
/** The exact truth of the line and the counters of its server. */
export const truthOf = async (simulator: Simulator): Promise<Truth> =>
  (await simulator.send('GET', '/state')).body as Truth;
