import { energyConfigOf } from '../../gateway/energy/energy-config.ts';
import { EnergyDesk } from '../../gateway/energy/energy-desk.ts';
import { openHistory } from '../../gateway/journal/history/history.ts';
import { openJournal } from '../../gateway/journal/journal.ts';
import { type DemoSite, writeDemoSite } from '../support/demo-site.ts';
import { spawnGatewayProcess } from '../support/gateway-process.ts';
import { journalOptions, silentLog } from '../support/journal-options.ts';
import { processorSeconds, watchProcessor } from '../support/processor-time.ts';
import { startSimulator } from '../support/simulator.ts';

/** A time of the simulated park, read over the wire in lock-step. */
export type ParkTime = {
  /** UTC. */
  readonly start: string;
  readonly days: number;
  readonly stepMs: number;
};

/** Exact energies since the start, as the simulator knows them, in Wh. */
export type ParkTruth = Readonly<
  Record<
    'pvEnergyWh' | 'importWh' | 'exportWh' | 'chargeWh' | 'dischargeWh' | 'loadWh' | 'evWh',
    number
  >
>;

export type ParkRun = {
  readonly truth: ParkTruth;
  readonly seconds: number;
  /** Processor time, s. */
  readonly processor: { readonly gateway: number; readonly simulators: number };
  /** Requests that the simulated devices answered. */
  readonly requests: number;
  /** Energy accounts of what was read; to be closed. */
  readonly desk: EnergyDesk;
  close(): Promise<void>;
};

const readWithinMs = 600_000;

/** The park of the demo site alone, read once a step. */
const parkAlone =
  ({ stepMs }: ParkTime) =>
  (site: DemoSite): void => {
    site.sources = site.sources.filter(({ id }) => String(id).startsWith('park-'));
    for (const source of site.sources) {
      // All devices behind a gateway are asked at once: the round trips of an instant cost more than its reads.
      Object.assign(source.transport ?? {}, { maxInFlight: 64 });
      const devices = source['devices'] as Record<string, unknown>[];
      for (const device of devices) Object.assign(device, { periodMs: stepMs, maxInFlight: 4 });
    }
    const ofPark = ({ equipment }: { readonly equipment: string }): boolean =>
      equipment.startsWith('park/');
    site['kpis'] = (site['kpis'] as { equipment: string }[]).filter(ofPark);
    delete site['production'];
    delete site['figures'];
    site.ticks = { periodMs: Math.min(stepMs, 3_600_000) };
  };

/** Runs the park through the time, and opens the energy accounts of what the gateway read. */
export const runPark = async (time: ParkTime): Promise<ParkRun> => {
  const startedMs = performance.now();
  const simulator = await startSimulator([
    ...['--plants', 'park', '--lock-step', '--start', time.start],
    ...['--park-step-seconds', String(Math.min(time.stepMs, 900_000) / 1000)],
  ]);
  const energySection: { value?: unknown } = {};
  // The welding line is not there: its source is taken out below.
  const address = (name: string) =>
    name.startsWith('park.') ? simulator.address(name) : { host: '127.0.0.1', port: 1 };
  const site = await writeDemoSite({ address }, (demo) => {
    // `writeDemoSite` takes the meters of a site that reads fewer sources away; the park is whole here.
    energySection.value = demo['energy'];
    parkAlone(time)(demo);
  });
  try {
    const seconds = time.days * 86_400;
    const running = spawnGatewayProcess([
      ...['run', '--config', site.file, '--clock', simulator.control, '--for', String(seconds)],
    ]);
    const processor = watchProcessor(running.process.pid ?? 0);
    const code = await running.ended;
    const gateway = processor();
    if (code !== 0)
      throw new Error(`the gateway ended with ${code}: ${running.log().slice(-2000)}`);
    const simulators = processorSeconds(simulator.process.pid ?? 0);
    const { body } = await simulator.send('GET', '/state');
    const state = body as {
      readonly park: ParkTruth;
      readonly servers: Readonly<Record<string, { readonly requests: number }>>;
    };
    const journal = await openJournal(journalOptions(site.journalFolder));
    const groups = journal.knownGroups();
    const history = await openHistory({
      ...{ folder: site.journalFolder, journal, groups, log: silentLog },
    });
    const desk = new EnergyDesk({
      register: (query) => history.register(query),
      believe: (subjects) => history.believe(subjects),
      groups: () => groups,
      config: () => energyConfigOf(energySection.value),
      site: () => ({ timeZone: 'Asia/Shanghai' }),
    });
    const reading = new AbortController();
    const read = history.run(reading.signal);
    // The history is a reader that may be behind when the gateway ends; it goes on here.
    await history.caughtUp(readWithinMs);
    return {
      ...{ truth: state.park, desk },
      processor: { gateway, simulators },
      seconds: (performance.now() - startedMs) / 1000,
      requests: Object.values(state.servers).reduce((sum, { requests }) => sum + requests, 0),
      close: async () => {
        reading.abort();
        await read;
        await history.close();
        await journal.close();
        await site.remove();
      },
    };
  } catch (error) {
    await site.remove();
    throw error;
  } finally {
    await simulator.stop();
  }
};
