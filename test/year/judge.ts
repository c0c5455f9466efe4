import { kwhOf } from '../../gateway/energy/amount.ts';
import type { ParkRun } from './park-run.ts';

const dayMs = 86_400_000;

export type Verdict = {
  readonly what: string;
  readonly value: string;
  readonly expected: string;
  readonly ok: boolean;
};

/** kWh by meter and month, or by meter alone. */
export type Energies = Readonly<Record<string, number>>;

const meters = [
  ...['pv', 'grid-import', 'grid-export', 'buildings', 'chargers'],
  ...['storage-charge', 'storage-discharge'],
];

export const totals = async (
  run: ParkRun,
  window: { readonly fromMs: number; readonly toMs: number },
): Promise<Energies> => {
  const found: Record<string, number> = {};
  for (const id of meters) {
    const days = await run.desk.intervals(id, { ...window, step: 'day' });
    found[id] = days.reduce((sum, { energy }) => sum + kwhOf(energy ?? 0n), 0);
  }
  return found;
};

const share = (value: number): string => `${(100 * value).toFixed(2)} %`;
const mwh = (kwh: number): string => `${(kwh / 1000).toFixed(1)} MWh`;

const within = (
  what: string,
  value: number,
  [least, most]: readonly [number, number],
  text: (value: number) => string,
): Verdict => ({
  ...{ what, value: text(value), expected: `${text(least)} to ${text(most)}` },
  ok: value >= least && value <= most,
});

/** Consumption less import, kWh. */
const savedOf = (of: Energies): number =>
  (of['buildings'] ?? Number.NaN) +
  (of['chargers'] ?? Number.NaN) -
  (of['grid-import'] ?? Number.NaN);

const tceOf = (kwh: number): number => (0.1229 * kwh) / 1000;
const co2Of = (kwh: number): number => (0.5992 * kwh) / 1000;

/**
 * What meters counted beside what the simulator gave, and whether it balances: r = PV + import + discharge - (load + EV + export
 * + charge), within 2 sqrt(sum of (class error x energy)^2) of meters of class 0.5.
 */
export const judgeBalance = (name: string, run: ParkRun, of: Energies): readonly Verdict[] => {
  const get = (id: string): number => of[id] ?? Number.NaN;
  const truth = {
    pv: run.truth.pvEnergyWh,
    'grid-import': run.truth.importWh,
    'grid-export': run.truth.exportWh,
    buildings: run.truth.loadWh,
    chargers: run.truth.evWh,
    'storage-charge': run.truth.chargeWh,
    'storage-discharge': run.truth.dischargeWh,
  };
  const worst = Math.max(
    ...Object.entries(truth).map(([id, wattHours]) =>
      wattHours < 10_000 ? 0 : Math.abs((1000 * get(id)) / wattHours - 1),
    ),
  );
  const residual =
    get('pv') +
    get('grid-import') +
    get('storage-discharge') -
    (get('buildings') + get('chargers') + get('grid-export') + get('storage-charge'));
  const allowed = (...ids: readonly string[]): number =>
    2 * Math.hypot(...ids.map((id) => 0.005 * get(id)));
  const tolerance = allowed(...meters);
  const savedTruth = (run.truth.loadWh + run.truth.evWh - run.truth.importWh) / 1000;
  const savedWithin = allowed('buildings', 'chargers', 'grid-import');
  return [
    // Class errors are N(0, 0.2 %); the last step is not read any more.
    within(`${name}: meters beside the truth, largest difference`, worst, [0, 0.01], share),
    within(`${name}: balance residual`, residual, [-tolerance, tolerance], mwh),
    within(
      `${name}: saved by the meters (consumption - import), beside the truth of it`,
      savedOf(of),
      [savedTruth - savedWithin, savedTruth + savedWithin],
      mwh,
    ),
  ];
};

/** The figures that the announcement of the park gives for a year, under the factors that it used. */
export const judgeYear = (of: Energies): readonly Verdict[] => {
  const get = (id: string): number => of[id] ?? Number.NaN;
  const saved = savedOf(of);
  return [
    within('PV', get('pv'), [5_550_000, 5_850_000], mwh),
    within('saved (consumption - import)', saved, [5_000_000, 5_250_000], mwh),
    within('saved, coal equivalent', tceOf(saved), [615, 645], (t) => `${t.toFixed(1)} tce`),
    within('saved, CO2 at 0.5992', co2Of(saved), [2996, 3146], (t) => `${t.toFixed(1)} t`),
  ];
};

/** Shares of the months in the year's yield, %. */
export const monthShares = [6.4, 6.8, 8.4, 9.7, 10.6, 9.2, 10.2, 9.9, 8.5, 7.8, 6.4, 6.1];
/** Percentage points. */
const monthTolerance = 0.6;

export const judgeMonths = async (run: ParkRun, year: number): Promise<readonly Verdict[]> => {
  const fromMs = Date.parse(`${year}-01-01T00:00+08:00`);
  const toMs = Date.parse(`${year + 1}-01-01T00:00+08:00`);
  const months = await run.desk.intervals('pv', { fromMs, toMs, step: 'month' });
  const days = await run.desk.intervals('pv', { fromMs, toMs, step: 'day' });
  const sum = months.reduce((total, { energy }) => total + (energy ?? 0n), 0n);
  const ofDays = days.reduce((total, { energy }) => total + (energy ?? 0n), 0n);
  const lastDayMs = months.at(-1)?.endMs ?? 0;
  return [
    ...months.map(({ energy }, index) => {
      const expected = monthShares[index] ?? Number.NaN;
      const percent = (100 * Number(energy ?? 0n)) / Number(sum);
      const band = [expected - monthTolerance, expected + monthTolerance] as const;
      return within(`PV, share of month ${index + 1}`, percent, band, (p) => `${p.toFixed(2)} %`);
    }),
    {
      what: `days of ${year} are its months`,
      value: String(ofDays),
      expected: String(sum),
      ok: sum === ofDays && lastDayMs === toMs && days.length === (toMs - fromMs) / dayMs,
    },
  ];
};
