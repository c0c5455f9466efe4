// Goal: what is journalled arrives, whatever happens (DESIGN §7.1 to 7.3). Method: three meters of which each answer carries
// a number of its own are read 50 times a second into a real InfluxDB and a real broker. For a minute (SEAMWATT_CHAOS_SECONDS)
// links stall and break, the database dies, devices fall silent and the gateway is killed, at moments and in an order that
// follow from the seed. Afterwards every number is looked for.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type SinkState } from '../support/gateway-process.ts';
import { MosquittoSub } from '../support/mosquitto-sub.ts';
import {
  type Heard,
  heardFrames,
  type JournalledIds,
  type Payload,
  readIds,
  readRows,
} from '../support/oracle/arrivals.ts';
import { checkOf, type Served } from '../support/oracle/id-device.ts';
import { meters, OracleSite, oracleDatabase } from '../support/oracle/oracle-site.ts';
import { randomFrom, runSchedule, type Struck, type Trouble } from '../support/oracle/schedule.ts';
import { requireProgram } from '../support/programs.ts';
import { testSeed } from '../support/seed.ts';

const influx = requireProgram('influxd');
const mosquitto = requireProgram('mosquitto');
const listener = requireProgram('mosquitto_sub');
const [missing] = [influx, mosquitto, listener].filter(({ path }) => path === undefined);
const describeOracle = missing?.describe ?? influx.describe;

const defaultSeconds = process.env['SEAMWATT_LONG'] === '1' ? 600 : 60;
const seconds = Number(process.env['SEAMWATT_CHAOS_SECONDS'] ?? defaultSeconds);
const settleWithinMs = 60_000;
/** syncMs is 200; the rest is for a machine that has other things to do. */
const longestTailMs = 2000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describeOracle('a gateway under all troubles at once', () => {
  let site: OracleSite;
  let subscriber: MosquittoSub;
  let struck: readonly Struck[];
  let sinks: readonly SinkState[];
  let journal: JournalledIds;
  let heard: ReadonlyMap<number, readonly Heard[]>;
  let rows: ReadonlyMap<string, ReadonlyMap<number, readonly Payload[]>>;
  /** Everything up to here each sink has, by its own word. */
  let positions: ReadonlyMap<string, number>;

  const troubles = (): readonly Trouble[] => {
    const links = { influx: site.influxLink, broker: site.brokerLink };
    const ofLinks = Object.entries(links).flatMap(([name, link]): readonly Trouble[] => [
      {
        ...{ name: `${name}: connections reset`, weight: 2 },
        strike: async () => link.fault('reset')(),
      },
      {
        ...{ name: `${name}: link stalls`, weight: 2 },
        strike: async (random) => {
          link.fault('stall', { forMs: Math.round(500 + random() * 4500) });
        },
      },
      {
        ...{ name: `${name}: connections refused`, weight: 1 },
        strike: async (random) => {
          link.fault('refuse', { forMs: Math.round(500 + random() * 3500) });
          link.fault('reset')();
        },
      },
      {
        ...{ name: `${name}: answers are lost`, weight: 1 },
        strike: async (random) => {
          link.fault('half-open', { forMs: Math.round(500 + random() * 2500) });
        },
      },
    ]);
    return [
      ...ofLinks,
      {
        ...{ name: 'the gateway is killed', weight: 3 },
        strike: (random) => site.killGateway(random() * 1500),
      },
      {
        ...{ name: 'the database dies', weight: 1 },
        strike: async (random) => {
          await site.influxd.kill();
          await sleep(500 + random() * 2500);
          await site.influxd.start();
        },
      },
      {
        ...{ name: 'a meter drops its connections', weight: 1 },
        strike: async (random) => site.devices[Math.floor(random() * meters.length)]?.drop(),
      },
      {
        ...{ name: 'a meter falls silent', weight: 1 },
        strike: async (random) => {
          const device = site.devices[Math.floor(random() * meters.length)];
          device?.mute(true);
          await sleep(200 + random() * 1500);
          device?.mute(false);
        },
      },
    ];
  };

  const isSettled = async (): Promise<readonly SinkState[] | undefined> => {
    const states = await site.gateway.get<SinkState[]>('api/v1/sinks');
    const settled = states.every(
      ({ state, history, lagEntries }) =>
        state === 'up' && history.length === 0 && lagEntries < 300,
    );
    return settled ? states : undefined;
  };

  beforeAll(async () => {
    const seed = testSeed();
    site = await OracleSite.prepare({ influxd: influx.path }, seed);
    subscriber = await MosquittoSub.listening(listener.path, site.broker.port, 'seamwatt/oracle');
    await site.startGateway();
    await eventually(() => (subscriber.heard.length > 100 ? true : undefined), 'frames', 30_000);
    struck = await runSchedule({
      random: randomFrom(seed),
      troubles: troubles(),
      forMs: seconds * 1000,
    });
    site.influxLink.heal();
    site.brokerLink.heal();
    sinks = await eventually(isSettled, 'everything delivered', settleWithinMs);
    positions = new Map(sinks.map(({ id, position }) => [id, position]));
    expect(await site.gateway.stop('SIGTERM')).toBe(0);
    await subscriber.stop();
    journal = await readIds(site.journalFolder);
    heard = heardFrames(subscriber.heard);
    rows = new Map(
      await Promise.all(
        meters.map(
          async (meter) => [meter, await readRows(site.influxd, oracleDatabase, meter)] as const,
        ),
      ),
    );
    console.log(summary());
  }, 900_000);

  afterAll(() => site.stop());

  const summary = (): string => {
    const served = site.devices.reduce((sum, device) => sum + device.served.length, 0);
    const repeated = [...heard.values()].reduce((sum, copies) => sum + copies.length - 1, 0);
    const lost = sinks.reduce((sum, { balance }) => sum + balance.lost, 0);
    return `${struck.length} troubles, ${site.killsMs.length} kills; ${served} numbers served, ${journal.frames.length} journalled, ${journal.badFrames} bad reads; at the broker ${heard.size}, ${repeated} of them repeated; ${lost} lost`;
  };

  it('was really troubled', () => {
    expect(journal.frames.length).toBeGreaterThan(seconds * 20);
    // On a busy machine each takes longer, so there are fewer, and of fewer kinds.
    expect(struck.length).toBeGreaterThanOrEqual(seconds / 10);
    expect(new Set(struck.map(({ name }) => name)).size).toBeGreaterThan(2);
  });

  it('brings every journalled number to InfluxDB, unchanged', () => {
    const through = positions.get('influx') ?? 0;
    const wrong = journal.frames.filter(({ seq, meter, timeMs, id, check }) => {
      const [row, ...others] = rows.get(meter)?.get(id) ?? [];
      if (seq > through) return false;
      // The database keeps whole nanoseconds, the journal a double.
      const isOnTime = row !== undefined && Math.abs(row.timeMs - timeMs) < 0.002;
      return !isOnTime || row.check !== check || others.length > 0;
    });
    expect(wrong).toEqual([]);
  });

  it('brings every journalled number to the broker, unchanged however often', () => {
    const through = positions.get('broker') ?? 0;
    const wrong = journal.frames.filter(({ seq, meter, timeMs, id, check }) => {
      const copies = heard.get(seq) ?? [];
      const isRight = (copy: Heard): boolean =>
        copy.meter === meter && copy.timeMs === timeMs && copy.id === id && copy.check === check;
      return seq <= through && (copies.length === 0 || !copies.every(isRight));
    });
    expect(wrong).toEqual([]);
  });

  it('invents nothing: every number anywhere is one that its meter has given', () => {
    const served = new Map(site.devices.map(({ name, served: given }) => [name, given.length]));
    const isReal = (meter: string, { id, check }: Pick<Payload, 'id' | 'check'>): boolean =>
      id >= 1 && id <= (served.get(meter) ?? 0) && check === checkOf(id);
    expect(journal.frames.filter((frame) => !isReal(frame.meter, frame))).toEqual([]);
    for (const [meter, ofMeter] of rows) {
      expect([...ofMeter.values()].flat().filter((row) => !isReal(meter, row))).toEqual([]);
    }
    const told = [...heard.values()].flat();
    expect(told.filter((copy) => !isReal(copy.meter, copy))).toEqual([]);
  });

  it('keeps the order of each meter, of the present and of history', () => {
    for (const meter of meters) {
      const ids = journal.frames.filter((frame) => frame.meter === meter).map(({ id }) => id);
      expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    }
  });

  it('loses of what was given one piece a kill, no longer than it syncs, and else what it says was bad', () => {
    let others = 0;
    for (const device of site.devices) {
      const journalled = new Set(
        journal.frames.filter(({ meter }) => meter === device.name).map(({ id }) => id),
      );
      const { tails, rest } = missingPieces(device.served, journalled, site.killsMs);
      for (const tail of tails) {
        const [first] = tail;
        const last = tail.at(-1);
        expect((last?.atMs ?? 0) - (first?.atMs ?? 0)).toBeLessThan(longestTailMs);
      }
      others += rest;
    }
    const drops = site.devices.reduce((sum, device) => sum + device.drops(), 0);
    // An answer that came too late, or on a connection that was lost, was journalled as a bad read.
    expect(others).toBeLessThanOrEqual(journal.badFrames + drops);
  });

  it('closes its balance to the entry, with nothing lost and nothing refused', () => {
    for (const { id, balance } of sinks) {
      const { journalled, delivered, waiting, quarantined, dropped, lost } = balance;
      expect(delivered + waiting + quarantined + dropped + lost, id).toBe(journalled);
      expect({ quarantined, dropped, lost }, id).toEqual({ quarantined: 0, dropped: 0, lost: 0 });
    }
  });
});

describe('the pieces that a journal lacks', () => {
  const served = Array.from({ length: 10 }, (_, index) => ({ id: index + 1, atMs: index * 20 }));

  it('are the run before a kill, and single ones elsewhere', () => {
    const journalled = new Set([1, 2, 4, 8, 9, 10]);
    expect(missingPieces(served, journalled, [130])).toEqual({
      tails: [served.slice(4, 7)],
      rest: 1,
    });
  });

  it('are not the one that was under way at the end, but are more than that', () => {
    const first = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(missingPieces(served, new Set([...first, 9]), [])).toEqual({ tails: [], rest: 0 });
    expect(missingPieces(served, new Set(first), [])).toEqual({ tails: [], rest: 2 });
  });
});

/**
 * Runs of numbers that are not journalled: those that end with the last number before a kill, and how many are in others. The
 * very last number may be of an answer that was under way when the gateway was told to stop.
 */
function missingPieces(
  served: readonly Served[],
  journalled: ReadonlySet<number>,
  killsMs: readonly number[],
): { readonly tails: readonly (readonly Served[])[]; readonly rest: number } {
  const tails: Served[][] = [];
  let rest = 0;
  let run: Served[] = [];
  for (const [index, item] of served.entries()) {
    if (!journalled.has(item.id)) run.push(item);
    const next = served[index + 1];
    const isKilled = killsMs.some(
      (killMs) => item.atMs <= killMs && (next === undefined || next.atMs > killMs),
    );
    if (journalled.has(item.id) || isKilled) {
      if (isKilled && run.length > 0) tails.push(run);
      else rest += run.length;
      run = [];
    }
  }
  return { tails, rest: run.length > 1 ? rest + run.length : rest };
}
