import type { ScenarioContent } from './scenario-schema.ts';
import type { SimulatedSources } from './site-copy.ts';

const ports = ['control', 'line-plc', 'park-pv', 'park-meter', 'park-storage', 'park-charger'];
const opcuaServer = 'line.opcua';

const usesOpcua = (sources: SimulatedSources): boolean =>
  Object.values(sources).some(({ server }) => server === opcuaServer);

/** What the simulators of a scenario are started with, all on free ports. */
export const simulatorFlags = (
  { plants, clock, start, seed, speed, panelLengthMm, meterError }: ScenarioContent['simulate'],
  sources: SimulatedSources,
): readonly string[] => [
  ...ports.flatMap((name) => [`--${name}-port`, '0']),
  ...['--line-opcua-port', usesOpcua(sources) ? '0' : 'off'],
  ...['--plants', plants.join(',')],
  ...['--seed', String(seed), '--panel-length-mm', String(panelLengthMm)],
  ...['--park-meter-error', meterError ? 'on' : 'off'],
  ...(start === undefined ? [] : ['--start', start]),
  ...(clock === 'lock-step' ? ['--lock-step'] : ['--speed', String(speed)]),
];
