// Goal: the quarter hours, the balance and the cost of the demo park are those of its simulators, over wire and registers, and a replay
// finds the same tariff in the journal. Method: the meters, the storage and the chargers of the demo site in lock-step over a change
// of the tariff period, at 11:00.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DemoSite, TestSite } from '../../support/demo-site.ts';
import { writeDemoSite } from '../../support/demo-site.ts';
import { runGatewayProcess, startGatewayProcess } from '../../support/gateway-process.ts';
import { type JournalContent, readSamples } from '../../support/journal-samples.ts';
import { startSimulator } from '../../support/simulator.ts';

/** 10:44 at the site. */
const start = '2024-06-20T02:44:00Z';
const startMs = Date.parse(start);
const seconds = 47 * 60;
const endMs = startMs + seconds * 1000;
const site = 'park/energy/site';

type Entry = { readonly equipment?: string };

/** The park without its inverters: their register sums are tested elsewhere, and cost most of the time. */
const onlyMeters = (demo: DemoSite): void => {
  demo.sources = demo.sources.filter(({ id }) =>
    ['park-meters', 'park-storage', 'park-chargers'].includes(String(id)),
  );
  const kpis = demo['kpis'] as (Entry & { readonly kpi: string })[];
  const ofInverters = ['pvEnergy', 'selfConsumption', 'avoidedCo2'];
  demo['kpis'] = kpis.filter(
    ({ kpi, equipment }) =>
      equipment?.startsWith('park/') === true &&
      !ofInverters.includes(kpi) &&
      !/^(pv|inverter)/.test(kpi),
  );
  demo['calculated'] = [];
  for (const key of ['production', 'figures']) delete demo[key];
};

let folder: TestSite;
let journal: JournalContent;

beforeAll(async () => {
  const simulator = await startSimulator(['--lock-step', '--start', start]);
  try {
    folder = await writeDemoSite(simulator, onlyMeters);
    const gateway = await startGatewayProcess([
      ...['run', '--config', folder.file],
      ...['--clock', simulator.control, '--for', String(seconds)],
    ]);
    const code = await gateway.ended;
    if (code !== 0) throw new Error(`the gateway ended with ${code}: ${gateway.log()}`);
    const rows = ['load', 'import', 'coverage', 'unassigned', 'gridToLoad'].map(
      (name) => `${site}/quarter.${name}`,
    );
    journal = await readSamples(folder.journalFolder, [endMs - 1000], { rows });
  } finally {
    await simulator.stop();
  }
}, 240_000);

afterAll(() => folder?.remove());

const amountOf = (point: string): number =>
  journal.computed.get(endMs - 1000)?.get(`${site}/${point}`)?.value ?? Number.NaN;

const rowsOf = (name: string): readonly number[] =>
  (journal.rows.get(`${site}/quarter.${name}`) ?? []).map(({ value }) => value);

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

describe('quarter hours of the demo park', () => {
  it('come once each, with the time at which they began', () => {
    const rows = journal.rows.get(`${site}/quarter.import`) ?? [];
    expect(rows.map(({ timeMs }) => timeMs)).toEqual(
      [-14, 1, 16, 31].map((minutes) => startMs + minutes * 60_000),
    );
    expect(rowsOf('coverage').map((share) => share > 0.999)).toEqual([false, true, true, true]);
    expect(rowsOf('unassigned')).toEqual([0, 0, 0, 0]);
  });

  it('add up to the day, and with what runs to what the register counted', () => {
    expect(amountOf('day.import')).toBeCloseTo(sum(rowsOf('import')), 9);
    expect(amountOf('day.gridToLoad')).toBeCloseTo(sum(rowsOf('gridToLoad')), 9);
    const counted = amountOf('day.import') + amountOf('demandForecast.soFar');
    expect(counted).toBeCloseTo(amountOf('gridImport'), 6);
  });

  it('give the demand that the power gives', () => {
    expect(amountOf('maximumDemand') / amountOf('gridDemandPeak')).toBeCloseTo(1, 3);
  });

  it('close within what the classes of the meters allow, and no meter is named', () => {
    expect(Math.abs(amountOf('balanceResidual.ratio'))).toBeLessThan(1);
    expect(amountOf('balanceResidual.derived')).toBe(0);
    expect(amountOf('meterSuspect')).toBe(0);
  });

  it('cost what the period says that each began in: peak until 11:00, then flat', () => {
    expect(journal.sourceFrames.get(`${site}#billing`)).toBe(2);
    const [first = 0, second = 0, third = 0, fourth = 0] = rowsOf('import');
    expect(amountOf('cost.peakEnergy')).toBeCloseTo(first + second, 9);
    expect(amountOf('cost.flatEnergy')).toBeCloseTo(third + fourth, 9);
    const cost = (first + second) * 1.203_72 + (third + fourth) * 0.7;
    expect(amountOf('cost.month')).toBeCloseTo(cost, 6);
    expect(amountOf('cost.day')).toBeCloseTo(cost, 6);
    expect(amountOf('cost.unpriced')).toBe(0);
  });

  it('are recomputed identically by a replay, tariff and all', async () => {
    const replay = await runGatewayProcess(['replay', '--config', folder.file, '--json']);
    expect(replay.code).toBe(0);
    expect(JSON.parse(replay.out)).toMatchObject({ verdict: 'identical', differingFrames: 0 });
  });
});
