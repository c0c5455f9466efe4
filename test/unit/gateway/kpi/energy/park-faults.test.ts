// Goal: a fault moves the KPIs that it is about, and no other. Method: the same hours of a park with and without the fault, through
// one compiled program with all KPIs of the park; every point that differs must be one that the fault may move.
import { describe, expect, test } from 'vitest';
import { testGroup } from '../../../../support/entry-batch.ts';
import { type Energies, hourMs, MeteredPark, midnight, minuteMs } from './metered-park.ts';

const connection = testGroup({
  ...{ area: 'park', line: 'grid', equipment: 'connection', equipmentClass: 'grid_connection' },
  periodMs: minuteMs,
  channels: [
    { point: 'breakerClosed', kind: 'boolean' },
    { point: 'busFrequency', unit: 'Hz' },
    { point: 'busVoltage', unit: 'V' },
  ],
});

const hourly = { id: 'flat', values: new Array<number>(24).fill(0.5), source: 'test' };
const kpis = [
  ...['energyQuarter', 'energyFlows', 'energySaved', 'selfSufficiency', 'selfSufficiencyPv'],
  ...['balanceResidual', 'meterSuspect', 'maximumDemand', 'loadFactor', 'energyCost'],
  ...['savedProgress', 'demandForecast'],
  { kpi: 'carbonFreeShare', parameters: { gridShare: hourly } },
  { kpi: 'avoidedCo2Hourly', parameters: { hourly } },
  { kpi: 'importCo2Hourly', parameters: { hourly } },
  { kpi: 'demandCharge', parameters: { capacityKva: 6300 } },
  {
    kpi: 'gridConnection',
    parameters: { settleMs: 0 },
    inputs: {
      frequency: 'park/grid/connection/busFrequency',
      voltage: 'park/grid/connection/busVoltage',
    },
  },
  {
    kpi: 'equivalentCycles',
    equipment: 'park/storage/bess01',
    parameters: { capacityKwh: 3000 },
  },
];

type Fault = {
  readonly show?: (truth: Energies) => Energies;
  /** Before a quarter hour. */
  readonly disturb?: (park: MeteredPark, quarter: number) => void;
  readonly isOpen?: boolean;
};

const quarters = 12;

const run = ({ show = (truth) => truth, disturb, isOpen = false }: Fault): MeteredPark => {
  const park = new MeteredPark(kpis, { more: [connection] });
  park.tell({
    ...{ 'calendar.monthStart': midnight, 'calendar.monthEnd': midnight + 24 * hourMs },
    ...{ 'calendar.yearStart': midnight, 'calendar.month': 6 },
    ...{ 'tariff.period': 1, 'tariff.periodStart': midnight, 'tariff.price': 1.2 },
    ...{ 'tariff.demandPrice': 51.2, 'tariff.capacityPrice': 32 },
  });
  for (let quarter = 0; quarter < quarters; quarter += 1) {
    disturb?.(park, quarter);
    park.feed('connection', park.timeMs + 1, {
      ...{ breakerClosed: isOpen && quarter > 3 ? 0 : 1, busFrequency: 50, busVoltage: 230 },
    });
    const load = 300 + 25 * (quarter % 4);
    const pv = 40 * quarter;
    const net = load + 20 - pv;
    const truth = { load, ev: 20, pv, import: Math.max(0, net), export: Math.max(0, -net) };
    park.quarter(show(truth));
  }
  park.feed('connection', park.timeMs + 1, {
    ...{ breakerClosed: isOpen ? 0 : 1, busFrequency: 50, busVoltage: 230 },
  });
  park.tick(park.timeMs + 4000);
  return park;
};

const clean = run({});

/** Points that differ from those of the clean run, by the part before the last dot that names their KPI. */
const movedBy = (fault: Fault): readonly string[] => {
  const park = run(fault);
  return Object.keys(clean.now).filter((point) => {
    const [before, after] = [clean.now[point], park.now[point]];
    const isClose =
      Math.abs((before?.value ?? 0) - (after?.value ?? 0)) <=
      1e-9 * (1 + Math.abs(before?.value ?? 0));
    return !isClose || before?.status !== after?.status;
  });
};

const isOf = (point: string, names: readonly string[]): boolean =>
  names.some((name) => point === name || point.startsWith(`${name}.`));

const balance = ['balanceResidual', 'meterSuspect'];
/** What is made of the load, whoever meters it. */
const ofLoad = [
  ...['quarter.load', 'quarter.loadReverse', 'day.load', 'selfSufficiency', 'selfSufficiencyPv'],
  ...['energySaved', 'savedProgress', 'carbonFreeShare'],
  ...['quarter.pvToLoad', 'quarter.gridToLoad', 'quarter.storageToLoad', 'quarter.pvToStorage'],
  ...['day.pvToLoad', 'day.gridToLoad', 'day.storageToLoad', 'day.pvToStorage'],
  ...['quarter.gridToStorage', 'day.gridToStorage'],
];
const ofRow = [...['quarter.pvToGrid', 'quarter.load.coverage', 'quarter.coverage', 'day']];
const ofPv = [
  ...['quarter.pv', 'day.pv', 'selfSufficiencyPv', 'energySaved.pvSelfUse', 'energySaved.pvGross'],
  ...['carbonFreeShare', 'avoidedCo2Hourly'],
  ...['quarter.pvToLoad', 'quarter.gridToLoad', 'quarter.storageToLoad', 'quarter.pvToGrid'],
  ...['day.pvToLoad', 'day.gridToLoad', 'day.storageToLoad', 'day.pvToGrid', 'quarter.pvToStorage'],
];

const reversedLoad = ({ load = 0, ...rest }: Energies): Energies => ({
  ...{ ...rest, load: 0, loadReverse: load },
});

describe('a fault moves the KPIs that it is about and no other', () => {
  test.each<[string, Fault, readonly string[], readonly string[]]>([
    [
      'load meter reversed',
      { show: reversedLoad },
      ['balanceResidual', 'balanceResidual.ratio', 'meterSuspect', 'selfSufficiency'],
      [...balance, ...ofLoad],
    ],
    [
      'one phase of the load meter reversed',
      { show: (truth) => ({ ...truth, load: (truth.load ?? 0) / 3 }) },
      ['balanceResidual', 'meterSuspect', 'meterSuspect.wrong'],
      [...balance, ...ofLoad],
    ],
    [
      'photovoltaic meter with twice the multiplier',
      { show: (truth) => ({ ...truth, pv: 2 * (truth.pv ?? 0) }) },
      ['balanceResidual', 'meterSuspect', 'energySaved.pvGross', 'avoidedCo2Hourly'],
      [...balance, ...ofPv],
    ],
    [
      'register of the load begins anew',
      {
        disturb: (park, quarter) => {
          if (quarter === quarters - 1) park.registers.load = 0;
        },
      },
      ['quarter.load', 'day.load', 'balanceResidual'],
      // Its quarter hour is uncertain, and with it what the whole row is the basis of.
      [...balance, ...ofLoad, ...ofRow],
    ],
    [
      'islanding',
      { isOpen: true },
      ['gridConnection', 'gridConnection.islandTime', 'gridConnection.islandEnergy'],
      ['gridConnection'],
    ],
  ])('%s', (_, fault, must, may) => {
    const moved = movedBy(fault);
    expect(moved.filter((point) => !isOf(point, may))).toEqual([]);
    for (const point of must) expect(moved).toContain(point);
  });
});
