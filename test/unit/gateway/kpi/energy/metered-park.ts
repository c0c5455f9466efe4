import type { GroupSpec, RegisteredGroup } from '../../../../../gateway/core/point.ts';
import type { HotPathProgram } from '../../../../../gateway/hot-path/program.ts';
import { type TestSample, testGroup } from '../../../../support/entry-batch.ts';
import { compileTestSite, feed, type Result, tickAt } from '../../../../support/program-feed.ts';

export const minuteMs = 60_000;
export const quarterMs = 15 * minuteMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
/** Midnight somewhere: a multiple of a day. */
export const midnight = 19_000 * dayMs;
export const site = 'park/energy/site';

const counter = (point: string) =>
  ({ point, kind: 'counter', unit: 'kWh', rolloverAt: 1_000_000 }) as const;

const meter = (equipment: string, periodMs: number): GroupSpec =>
  testGroup({
    ...{ area: 'park', line: 'meters', equipment, equipmentClass: 'meter', periodMs },
    channels: [
      counter('energyImport'),
      counter('energyExport'),
      { point: 'power', unit: 'kW' },
      { point: 'reactivePower', unit: 'var' },
      { point: 'apparentPower', unit: 'VA' },
    ],
  });

const storage = (periodMs: number): GroupSpec =>
  testGroup({
    ...{ area: 'park', line: 'storage', equipment: 'bess01', equipmentClass: 'storage', periodMs },
    channels: [
      counter('energyCharge'),
      counter('energyDischarge'),
      { point: 'power', unit: 'kW' },
      { point: 'stateOfCharge', unit: '%' },
    ],
  });

/** As the billing calendar gives it; the section's own group is tested where it is made. */
const calendar = testGroup({
  ...{ area: 'park', line: 'energy', equipment: 'site', equipmentClass: 'park', name: 'billing' },
  channels: [
    { point: 'calendar.monthStart', unit: 'ms' },
    { point: 'calendar.monthEnd', unit: 'ms' },
    { point: 'calendar.yearStart', unit: 'ms' },
    { point: 'calendar.utcOffset', unit: 'min' },
    { point: 'calendar.utcOffsetBefore', unit: 'min' },
    { point: 'calendar.utcOffsetStart', unit: 'ms' },
    { point: 'calendar.month', unit: '1' },
    { point: 'tariff.period', unit: '1' },
    { point: 'tariff.periodStart', unit: 'ms' },
    { point: 'tariff.price', unit: '{CNY}/kWh' },
    { point: 'tariff.highestPrice', unit: '{CNY}/kWh' },
    { point: 'tariff.lowestPrice', unit: '{CNY}/kWh' },
    { point: 'tariff.demandPrice', unit: '{CNY}/kW' },
    { point: 'tariff.capacityPrice', unit: '{CNY}/kW' },
  ],
});

/** Energies of one quarter hour, kWh. */
export type Energies = Partial<
  Record<
    | 'pv'
    | 'import'
    | 'export'
    | 'load'
    | 'ev'
    | 'charge'
    | 'discharge'
    | 'pvReverse'
    | 'loadReverse'
    | 'evReverse',
    number
  >
>;

export type Emitted = {
  readonly timeMs: number;
  readonly results: Readonly<Record<string, Result>>;
};

const places = {
  pv: ['pv', 'energyExport'],
  import: ['grid', 'energyImport'],
  export: ['grid', 'energyExport'],
  load: ['load', 'energyImport'],
  loadReverse: ['load', 'energyExport'],
  ev: ['ev', 'energyImport'],
  pvReverse: ['pv', 'energyImport'],
  evReverse: ['ev', 'energyExport'],
  charge: ['bess01', 'energyCharge'],
  discharge: ['bess01', 'energyDischarge'],
} as const;

/** A park whose meters are read every minute, or as often as is said, and what its KPIs give. */
export class MeteredPark {
  readonly program: HotPathProgram;
  readonly rows: Emitted[] = [];
  /** Newest result of each point of the site, by its name. */
  readonly now: Record<string, Result> = {};
  readonly #groups: ReadonlyMap<string, RegisteredGroup>;
  readonly registers: Record<keyof Energies, number>;
  dayStartMs = midnight;
  timeMs = midnight;
  readonly periodMs: number;

  constructor(
    kpis: readonly (string | object)[],
    options: {
      readonly periodMs?: number;
      readonly without?: readonly string[];
      readonly more?: readonly GroupSpec[];
      readonly startAt?: number;
    } = {},
  ) {
    this.periodMs = options.periodMs ?? minuteMs;
    const groups = [
      ...['grid', 'load', 'ev', 'pv'].map((name) => meter(name, this.periodMs)),
      storage(this.periodMs),
      calendar,
    ].filter(({ equipment }) => options.without?.includes(equipment.equipment) !== true);
    const compiled = compileTestSite({
      groups: [...groups, ...(options.more ?? [])],
      kpis: kpis.map((kpi) => ({
        equipment: site,
        ...(typeof kpi === 'string' ? { kpi } : kpi),
      })),
    });
    this.program = compiled.program;
    this.#groups = new Map(
      compiled.groups
        .filter(({ producer }) => producer === 'plc')
        .map((group) => [group.equipment.equipment, group]),
    );
    const at = options.startAt ?? 1000;
    this.registers = {
      ...{ pv: at, import: at, export: at, load: at },
      ...{ ev: at, charge: at, discharge: at, pvReverse: at, loadReverse: at, evReverse: at },
    };
  }

  feed(equipment: string, timeMs: number, values: Readonly<Record<string, TestSample>>): void {
    const group = this.#groups.get(equipment);
    if (group === undefined) return;
    feed(this.program, [{ group, timeMs, values }]);
  }

  /** What the calendar tells. */
  tell(values: Readonly<Record<string, number>>, timeMs = this.timeMs): void {
    this.feed('site', timeMs, values);
  }

  /** Reads all meters but those left out. */
  read(timeMs: number, options: { readonly silent?: readonly string[] } = {}): void {
    for (const name of ['grid', 'load', 'ev', 'pv', 'bess01']) {
      if (options.silent?.includes(name) === true) continue;
      const values = Object.entries(places)
        .filter(([, [equipment]]) => equipment === name)
        .map(([term, [, point]]) => [point, this.registers[term as keyof Energies]]);
      this.feed(name, timeMs, Object.fromEntries(values));
    }
  }

  tick(timeMs: number): void {
    this.program.onTick(tickAt(timeMs, this.dayStartMs), (group, atMs, values, status) => {
      const { equipment, channels, name } = group;
      const isSite = equipment.equipment === 'site';
      const results = Object.fromEntries(
        channels.map(({ point }, index) => [
          isSite ? point : `${equipment.equipment}/${point}`,
          { value: values[index] ?? Number.NaN, status: status[index] ?? 0 },
        ]),
      );
      if (name === 'quarter') this.rows.push({ timeMs: atMs, results });
      Object.assign(this.now, results);
    });
  }

  /** Lets a quarter hour pass with these energies spread evenly over it, then ticks so late that it closes. */
  quarter(energies: Energies, options: { readonly silent?: readonly string[] } = {}): void {
    if (this.timeMs === midnight) this.read(midnight);
    const steps = Math.round(quarterMs / this.periodMs);
    for (let step = 1; step <= steps; step += 1) {
      for (const [term, energy] of Object.entries(energies)) {
        this.registers[term as keyof Energies] += energy / steps;
      }
      this.read(this.timeMs + step * this.periodMs, options);
      if (step < steps) this.tick(this.timeMs + step * this.periodMs + 3000);
    }
    this.timeMs += quarterMs;
    this.tick(this.timeMs + 3000);
  }

  value(point: string): number {
    return this.now[point]?.value ?? Number.NaN;
  }

  status(point: string): number {
    return this.now[point]?.status ?? Number.NaN;
  }
}
