import { tmpdir } from 'node:os';
import { startApi } from '../../gateway/api/server.ts';
import { frameEntry, originCodes } from '../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../gateway/core/point.ts';
import { energyConfigOf } from '../../gateway/energy/energy-config.ts';
import { EnergyDesk } from '../../gateway/energy/energy-desk.ts';
import { openHistory } from '../../gateway/journal/history/history.ts';
import { type Journal, openJournal, readJournal } from '../../gateway/journal/journal.ts';
import type { DeliveryDesk } from '../../gateway/runtime/delivery-desk.ts';
import type { GatewayView } from '../../gateway/runtime/view.ts';
import type { TestSite } from './demo-site.ts';
import { runGatewayProcess } from './gateway-process.ts';
import { journalOptions, silentLog } from './journal-options.ts';
import { noReloads } from './no-reloads.ts';
import { parkAlone, writeParkSite } from './park-alone.ts';
import { startSimulator } from './simulator.ts';
import { createTestLog } from './test-log.ts';

/** Midnight of the park, at which half of it is unplugged for a day. */
export const dayStartMs = Date.parse('2023-06-20T00:00+08:00');
export const dayMs = 86_400_000;
export const hourMs = 3_600_000;
/** How often everything is read. */
export const stepMs = 900_000;
/** Four hours before it and after it. */
export const fromMs = dayStartMs - 4 * hourMs;
export const toMs = dayStartMs + dayMs + 4 * hourMs;

/** Unit ids that are unplugged: every second of each bus. */
export const unplugged = {
  'park.pv': Array.from({ length: 25 }, (_, index) => 2 * index + 1),
  // Buildings, the photovoltaic feeder, buildings A, C and E, tenants 1, 3, 5, 7, 9, 11 and 12.
  'park.meters': [2, 4, 11, 13, 15, 21, 23, 25, 27, 29, 31, 32],
  'park.chargers': [1, 3, 5, 7, 9],
} as const;
/** Of them, the meter of a tenant that nobody plugs in again. */
export const neverBack = 32;

/** What a Modbus gateway answers for a device that is not there. */
const targetFailed = { kind: 'exception', code: 0x0b } as const;

export type ParkDay = {
  readonly site: TestSite;
  /** The section `energy` of the site file. */
  readonly energy: unknown;
  readonly pvEnergyWh: number;
};

/** Runs the park over that day in lock-step, half of it unplugged or none; the caller removes the site. */
export const runParkDay = async (isUnplugged: boolean): Promise<ParkDay> => {
  const simulator = await startSimulator([
    ...['--plants', 'park', '--lock-step', '--start', new Date(fromMs).toISOString()],
    ...['--park-step-seconds', String(stepMs / 1000)],
  ]);
  const section: { energy?: unknown } = {};
  const site = await writeParkSite(simulator, (demo) => {
    section.energy = demo['energy'];
    parkAlone(stepMs)(demo);
    demo.data['journal'] = { ...(demo.data['journal'] as object), snapshotMs: hourMs };
  });
  try {
    const faults = Object.entries(unplugged).flatMap(([server, units]) =>
      units.map((unit) => ({
        ...{ ...targetFailed, device: `${server}/${unit}`, fromMs: dayStartMs },
        ...(server === 'park.meters' && unit === neverBack ? {} : { toMs: dayStartMs + dayMs }),
      })),
    );
    const { status, body } = await simulator.send('POST', '/faults', isUnplugged ? faults : []);
    if (status >= 300) throw new Error(JSON.stringify(body));
    const { code, log } = await runGatewayProcess([
      ...['run', '--config', site.file, '--clock', simulator.control],
      ...['--for', String((toMs - fromMs) / 1000)],
    ]);
    if (code !== 0) throw new Error(`the gateway ended with ${code}: ${log.slice(-2000)}`);
    const state = (await simulator.send('GET', '/state')).body as {
      readonly park: { readonly pvEnergyWh: number };
    };
    return { site, energy: section.energy, pvEnergyWh: state.park.pvEnergyWh };
  } catch (error) {
    await site.remove();
    throw error;
  } finally {
    await simulator.stop();
  }
};

export type ParkAccounts = {
  readonly journal: Journal;
  readonly desk: EnergyDesk;
  /** Where they are shown over HTTP. */
  readonly url: string;
  close(): Promise<void>;
};

/** Opens the accounts of what a gateway that has ended has read. */
export const openAccounts = async ({ site, energy }: ParkDay): Promise<ParkAccounts> => {
  const journal = await openJournal(journalOptions(site.journalFolder, { nowMs: () => toMs }));
  const groups = journal.knownGroups();
  const history = await openHistory({
    ...{ folder: site.journalFolder, journal, groups, log: silentLog, gatherMs: 0, flushMs: 50 },
  });
  const reading = new AbortController();
  const read = history.run(reading.signal);
  const timeZone = 'Asia/Shanghai';
  const desk = new EnergyDesk({
    register: (query) => history.register(query),
    believe: (subjects) => history.believe(subjects),
    groups: () => groups,
    config: () => energyConfigOf(energy),
    site: () => ({ timeZone }),
  });
  const server = await startApi({
    view: { site: { timeZone, simulated: true }, nowMs: () => toMs } as GatewayView,
    deliveries: {} as DeliveryDesk,
    ...{ reloads: noReloads, energy: desk, log: createTestLog() },
    ...{ host: '127.0.0.1', port: 0, pageFolder: tmpdir(), version: '1.2.3' },
  });
  return {
    ...{ journal, desk, url: server.url },
    close: async () => {
      await server.close();
      reading.abort();
      await read;
      await history.close();
      await journal.close();
    },
  };
};

/** Appends what another journal holds of some equipment within a time, as what comes late. Returns how many frames. */
export const appendLate = async (
  journal: Journal,
  other: {
    readonly folder: string;
    readonly isWanted: (path: string) => boolean;
    readonly fromMs: number;
    readonly toMs: number;
  },
): Promise<number> => {
  const pathOf = ({ equipment, name }: RegisteredGroup): string =>
    `${equipment.area}/${equipment.line}/${equipment.equipment}#${name}`;
  const ours = new Map(journal.knownGroups().map((group) => [pathOf(group), group.number]));
  const target = new Map<number, number>();
  let appended = 0;
  for await (const batch of readJournal(other.folder, {})) {
    for (let index = 0; index < batch.length; index += 1) {
      const number = batch.group[index] as number;
      if (batch.kind[index] !== frameEntry) {
        const record = batch.records[number];
        if (record?.type !== 'configuration') continue;
        for (const group of record.groups) {
          const path = pathOf(group);
          const own = ours.get(path);
          if (other.isWanted(path.split('#')[0] ?? '') && own !== undefined) {
            target.set(group.number, own);
          }
        }
        continue;
      }
      const timeMs = batch.timeMs[index] as number;
      const group = target.get(number);
      if (group === undefined || batch.origin[index] !== originCodes.source) continue;
      if (timeMs < other.fromMs || timeMs >= other.toMs) continue;
      const offset = batch.offset[index] as number;
      const length = (batch.offset[index + 1] as number) - offset;
      journal.appendFrame({
        ...{ group, timeMs, receivedMs: toMs, originCode: originCodes.late, revision: 1 },
        ...{ values: batch.values, status: batch.status, offset, length },
      });
      appended += 1;
    }
  }
  return appended;
};
