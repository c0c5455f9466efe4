import { withFolder } from '../bench/harness/c-programs.ts';
import { startPlantDevices } from '../bench/harness/children.ts';
import { type BenchGateway, startBenchGateway, writeBenchSite } from '../bench/harness/gateway.ts';
import { plantKpis, plantProfiles, plantSources } from '../bench/harness/plant-site.ts';
import { inverterCount } from '../bench/plant-signals.ts';
import { type Influxd, startInfluxd } from '../support/peers/influxd.ts';
import { Mosquitto } from '../support/peers/mosquitto.ts';
import type { Arrival } from './series.ts';

const database = 'soak';

/** A point of each class that every frame carries, and how many frames a second are due. */
const classes = [
  { name: 'weld_seam', field: 'current', equipments: 20, periodMs: 20 },
  { name: 'weld_line', field: 'panelPosition', equipments: 1, periodMs: 100 },
  { name: 'pv_inverter', field: 'power', equipments: inverterCount, periodMs: 1000 },
  { name: 'meter', field: 'energyImport', equipments: 1, periodMs: 1000 },
];

export type Plant = { readonly gateway: BenchGateway; readonly influxd: Influxd };

/** The gateway at plant load between a real database and a real broker, for as long as `use` takes. */
export const withPlant = (
  programs: { readonly influxd: string },
  use: (plant: Plant) => Promise<void>,
): Promise<void> =>
  withFolder(async (folder) => {
    const endings: (() => Promise<void>)[] = [];
    try {
      const devices = await startPlantDevices();
      endings.push(() => devices.stop());
      const influxd = await startInfluxd({ program: programs.influxd });
      endings.push(() => influxd.stop());
      const broker = await Mosquitto.start();
      endings.push(() => broker.remove());
      const site = await writeBenchSite(folder, {
        sources: plantSources(Number(devices.firstLine)),
        profiles: plantProfiles,
        kpis: plantKpis,
        sinks: [
          {
            ...{ id: 'influx', kind: 'influxdb', version: 1 },
            ...{ url: influxd.url, database, createDatabase: true },
          },
          { id: 'broker', kind: 'mqtt', url: broker.url },
        ],
      });
      const gateway = await startBenchGateway(site, { isFree: true });
      endings.push(() => gateway.stop());
      await use({ gateway, influxd });
    } finally {
      for (const end of endings.toReversed()) await end();
    }
  });

type Window = { readonly fromMs: number; readonly toMs: number };

/** An hour of seams is 3.6 million values: the database is asked for as many as it counts in a moment. */
const pieceMs = 300_000;

const count = async (
  influxd: Influxd,
  { name, field }: { readonly name: string; readonly field: string },
  { fromMs, toMs }: Window,
): Promise<number> => {
  let arrived = 0;
  for (let pieceFromMs = fromMs; pieceFromMs < toMs; pieceFromMs += pieceMs) {
    const pieceToMs = Math.min(pieceFromMs + pieceMs, toMs);
    const range = `time >= ${pieceFromMs}ms AND time < ${pieceToMs}ms`;
    const query = `SELECT count("${field}") FROM "${name}" WHERE ${range}`;
    const { error, results } = await influxd.query(query, { database });
    const complaint = error ?? results?.[0]?.error;
    if (complaint !== undefined) throw new Error(`${query}: ${complaint}`);
    arrived += Number(results?.[0]?.series?.[0]?.values[0]?.[1] ?? 0);
  }
  return arrived;
};

/** Good values that the database has of frames between two moments, UTC epoch in whole ms. */
export const countArrivals = async (
  influxd: Influxd,
  window: Window,
): Promise<readonly Arrival[]> => {
  const arrivals: Arrival[] = [];
  for (const one of classes) {
    // The window begins and ends within a period: up to one frame of each equipment may lie outside of it.
    const due = one.equipments * ((window.toMs - window.fromMs) / one.periodMs - 1);
    arrivals.push({ name: one.name, due, arrived: await count(influxd, one, window) });
  }
  return arrivals;
};
