/**
 * One simulated hour of line and park, read by the gateway in lock-step, with what the simulators know of it: two whole panels
 * and the beginning of a third. In short runs it is one whole panel and the beginning of the next, which takes half as long.
 */
import { createHash } from 'node:crypto';
import { replayJournal } from '../../gateway/runtime/replay.ts';
import { type TestSite, writeDemoSite } from './demo-site.ts';
import { startGatewayProcess } from './gateway-process.ts';
import { type JournalContent, readSamples } from './journal-samples.ts';
import { type Simulator, startSimulator } from './simulator.ts';

// A broken sky over a holiday, with the battery full: PV exceeds the demand at times and falls short at others, so that
// both import and export are more than nothing.
const start = '2023-06-22T03:00:00Z';
export const startMs = Date.parse(start);
/** Where 03:00 UTC is midnight: the daily totals then begin with the simulation. */
const timeZone = 'Etc/GMT+3';
const isLong = process.env['SEAMWATT_LONG'] === '1';
/** Of panels of 1350 s: the first begins with its arcs, each other one with 153 s before them; 120 s follow. */
export const hourSeconds = isLong ? 3600 : 1730;
export const endMs = startMs + hourSeconds * 1000;
export const stepSeconds = 0.1;
/** Of devices of the park: their registers count on between two reads, and 130 devices a second are half of an hour's work. */
export const parkPeriodSeconds = 5;
export const accountPeriodSeconds = 10;

export const panelLengthMm = 18_000;
/** The parts of a panel's cycle whose durations the line keeps exactly, in seconds. */
export const loadAndFindSeconds = 150 + 3;
export const scanAndUnloadSeconds = 30 + 90;
/** What of the newest panel is welded within the hour; the drive's noise makes a second or two of it. */
export const newestWeldSeconds = isLong ? 351 : 104;
/** The first panel is clamped already, and each is welded in 1350 s but for the noise of the drive. */
export const wholePanels = isLong ? 2 : 1;
/** What the last whole panel had before its arcs: the first one of all is clamped already, and only looks for its seams. */
export const lastBeginSeconds = isLong ? loadAndFindSeconds : 3;
/** While the last panel is loaded, which takes from 3096 to 3246 s, or from 1473 to 1623 s. */
const changeSeconds = isLong ? 3200 : 1550;
/** Of the instantaneous power over the product of mean current and mean voltage: method A would be wrong by 15 %. */
const pulsePowerRatio = 1.15;

/** What is recomputed a second time: into the second panel. */
const hashedSeconds = isLong ? 1700 : 1650;

export type SeamTruth = {
  readonly arcOnSeconds: number;
  readonly arcOnLengthMm: number;
  readonly arcStarts: number;
  readonly heatInputKjPerMm: number;
  readonly seamLostSeconds: number;
  readonly seamLostLengthMm: number;
  readonly interventions: number;
  readonly wireKg: number;
  readonly gasL: number;
  readonly slide: { readonly min: number; readonly max: number };
  readonly tracking: {
    readonly samples: number;
    readonly rmsMm: number;
    readonly p95Mm: number;
    readonly maxMm: number;
    readonly lateralBiasMm: number;
  };
};

/** A 32-bit float keeps 24 bits. */
export const floatShare = 2 ** -24;
/** Offsets are below 8 mm, so that a float of them is right to half of 2^-21 mm; both of them go into the error. */
export const offsetToleranceMm = 2 ** -21;
/** A register of whole Wh shows between nothing and 1 Wh less than was counted, from a start at a whole Wh. */
export const registerKwh = 0.001;

/** Exact up to 4096 samples, then by a histogram whose bins are 0.001 mm wide. */
export const p95ToleranceMm = ({ tracking }: SeamTruth): number =>
  tracking.samples <= 4096 ? offsetToleranceMm : 0.001;

export type PanelTruth = {
  readonly id: string;
  readonly weldSeconds: number;
  readonly mannedSeconds: number;
  readonly meanTravelSpeedMPerMin: number;
  readonly maxAbsZMm: number;
  readonly profileFrames: number;
  readonly weldEnergyKwh: number;
  readonly wireKg: number;
  readonly gasM3: number;
  readonly corrections: number;
  readonly interventions: number;
  readonly events: {
    readonly list: readonly {
      readonly kind: string;
      readonly fromMm: number;
      readonly torch?: string;
    }[];
  };
  readonly seams: Readonly<Record<string, SeamTruth>>;
};

export type HourTruth = {
  readonly nowMs: number;
  readonly servers: Readonly<
    Record<
      string,
      Readonly<Record<'requests' | 'exceptions' | 'malformed' | 'writesRefused', number>>
    >
  >;
  readonly line: {
    readonly phase: string;
    readonly panelsFinished: number;
    readonly panel: PanelTruth;
    readonly lastPanel: PanelTruth;
  };
  readonly park: {
    readonly pvEnergyWh: number;
    readonly importWh: number;
    readonly exportWh: number;
    readonly selfConsumption: number;
  };
};

/** Columns over the bins of a seam, as the simulator keeps them. */
export type BinsTruth = Readonly<
  Record<'x' | 'arcOnMm' | 'currentA' | 'heatInputKjPerMm' | 'lostMm', readonly number[]>
>;

export type SimulatedHour = {
  readonly site: TestSite;
  readonly truth: HourTruth;
  /** Of the last whole panel, by seam. */
  readonly bins: ReadonlyMap<string, BinsTruth>;
  readonly journal: JournalContent;
  /** When the panel that is welded at the end began, and the last tick of the panel before. */
  readonly panelStartMs: number;
  readonly lastPanelTickMs: number;
  /** While the next panel is being loaded. */
  readonly loadTickMs: number;
};

const windowPoints = ['id', 'start', 'end', 'arcStart', 'arcEnd'] as const;

const prepare = async (simulator: Simulator): Promise<void> => {
  const give = async (path: string, inputs: object): Promise<void> => {
    const { status, body } = await simulator.send('POST', path, inputs);
    if (status !== 200) throw new Error(`${path}: ${JSON.stringify(body)}`);
  };
  await give('/state', { 'line.setting': 'reference', 'park.storage.soc': 0.95 });
  // Two whole panels are welded at the setting that the totals are known for, the third one with pulses.
  const at = new Date(startMs + changeSeconds * 1000).toISOString();
  await give(`/state?at=${at}`, {
    ...{ 'line.setting': 'nominal', 'line.pulsePowerRatio': pulsePowerRatio },
  });
};

const binsOf = async (
  simulator: Simulator,
  seams: readonly string[],
): Promise<SimulatedHour['bins']> => {
  const bins = new Map<string, BinsTruth>();
  for (const id of seams) {
    const { body } = await simulator.send('GET', `/state/line/lastPanel/bins/${id}`);
    bins.set(id, body as BinsTruth);
  }
  return bins;
};

/** The caller removes the site. */
export const runSimulatedHour = async (): Promise<SimulatedHour> => {
  const simulator = await startSimulator([
    ...['--lock-step', '--start', start],
    ...['--park-meter-error', 'off', '--panel-length-mm', String(panelLengthMm)],
  ]);
  try {
    await prepare(simulator);
    const site = await writeDemoSite(simulator, (demo) => {
      demo.site = { ...demo.site, timeZone };
      // Its reads are answered one by one in any case; nobody waits for them between two of them.
      const [plc, ...park] = demo.sources as {
        devices?: { maxInFlight?: number; periodMs?: number }[];
      }[];
      if (plc?.devices?.[0] !== undefined) plc.devices[0].maxInFlight = 8;
      for (const device of park.flatMap(({ devices = [] }) => devices)) {
        device.periodMs = Math.max(device.periodMs ?? 0, 1000 * parkPeriodSeconds);
      }
    });
    const gateway = await startGatewayProcess([
      ...['run', '--config', site.file],
      ...['--clock', simulator.control, '--for', String(hourSeconds)],
    ]);
    const code = await gateway.ended;
    if (code !== 0) throw new Error(`the gateway ended with ${code}: ${gateway.log()}`);
    const truth = (await simulator.send('GET', '/state')).body as HourTruth;
    const { panel, lastPanel } = truth.line;
    const panelStartMs = endMs - (loadAndFindSeconds + panel.weldSeconds) * 1000;
    const lastPanelTickMs = Math.ceil(panelStartMs / 1000) * 1000 - 1000;
    const loadTickMs = lastPanelTickMs + 20_000;
    const bins = await binsOf(simulator, Object.keys(lastPanel.seams));
    const journal = await readSamples(site.journalFolder, [endMs, lastPanelTickMs, loadTickMs], {
      rows: windowPoints.map((name) => `welding/mpm01/line/panel.${name}`),
      hashUntilMs: startMs + hashedSeconds * 1000,
    });
    return { site, truth, bins, journal, panelStartMs, lastPanelTickMs, loadTickMs };
  } finally {
    await simulator.stop();
  }
};

/** SHA-256 over the computed frames up to an entry, recomputed in this process. */
export const recomputedHash = async (folder: string, throughSeq: number): Promise<string> => {
  const hash = createHash('sha256');
  await replayJournal({
    ...{ folder, to: throughSeq },
    onFrame: ({ group, timeMs, values, status }) => {
      hash.update(Float64Array.of(group.number, timeMs)).update(values).update(status);
    },
  });
  return hash.digest('hex');
};
