import { type Amount, divide, sumOf } from './amount.ts';
import type { SiteCalendar } from './calendar.ts';
import type { EnergyConfig, MeterConfig } from './energy-config.ts';
import { joinKnowledge, type Knowledge, knowledgeOf, knowledgeOfPart } from './knowledge.ts';
import { holdingAt, type MeterInterval } from './meter-intervals.ts';

/** What one tenant used in a time. */
export type TenantEnergy = {
  /** Null: what nobody could be found for. */
  readonly tenant: string | null;
  /** By meters of its own. */
  readonly direct: Amount;
  /** Its part of what meters counted beyond those below them: losses, stairs, lifts. */
  readonly common: Amount;
  readonly energy: Amount;
} & Knowledge;

/** What was divided, meter by meter; in all it is what the topmost meters counted. */
export type Division = {
  readonly tenants: readonly TenantEnergy[];
  /** How it is known of tenants, also of those of whom nothing is. */
  readonly knowledge: ReadonlyMap<string | null, Knowledge>;
  /** What the topmost meters counted: the sum of all tenants, to the last nWh. */
  readonly energy: Amount;
  /** Meters that count less than those below them: their negative rest was divided all the same, and somebody should look. */
  readonly below: readonly { readonly meter: string; readonly rest: Amount }[];
  /**
   * Meters without a reading while others had one, and of how many days: what is below them is taken for what they would have
   * counted.
   */
  readonly withoutReading: readonly { readonly meter: string; readonly days: number }[];
};

type Totals = Map<string | null, { direct: Amount; common: Amount }>;

type Divided = {
  readonly energy: Amount;
  readonly by: ReadonlyMap<string, Amount>;
  /** Of `energy`. */
  readonly known: Knowledge;
  /** With all meters below, by whose use is divided. */
  readonly knownBelow: Knowledge;
};

type Rest = {
  readonly rest: Amount;
  readonly by: Map<string, Amount>;
  /** Of the rest, and of what it is divided by. */
  readonly known: Knowledge;
  readonly knownBelow: Knowledge;
};

/**
 * Divides what meters counted in a time in which no assignment changes. What a meter counts beyond those below it goes to its
 * own tenant; where it has none, to the tenants below it.
 */
class Divider {
  readonly #config: EnergyConfig;
  readonly #intervals: ReadonlyMap<string, MeterInterval>;
  readonly #calendar: SiteCalendar;
  readonly totals: Totals = new Map();
  readonly knowledge = new Map<string | null, Knowledge>();
  readonly below: { meter: string; rest: Amount }[] = [];
  readonly withoutReading: string[] = [];

  constructor(
    config: EnergyConfig,
    intervals: ReadonlyMap<string, MeterInterval>,
    calendar: SiteCalendar,
  ) {
    this.#config = config;
    this.#intervals = intervals;
    this.#calendar = calendar;
  }

  /** What came through this meter, divided among all at or below it. */
  divide(meter: MeterConfig): Divided {
    const children = this.#config.meters
      .filter(({ parent }) => parent === meter.id)
      .map((child) => this.divide(child));
    const by = new Map<string, Amount>();
    for (const child of children) {
      for (const [tenant, energy] of child.by) by.set(tenant, (by.get(tenant) ?? 0n) + energy);
    }
    const passed = sumOf(children.map((child) => child.energy));
    const interval = this.#intervals.get(meter.id);
    const own = interval?.energy ?? null;
    if (own === null) this.withoutReading.push(meter.id);
    const energy = own ?? passed;
    const rest = energy - passed;
    if (rest < 0n) this.below.push({ meter: meter.id, rest });
    const ofMeter = knowledgeOf(interval);
    const known = joinKnowledge([ofMeter, ...children.map((child) => child.known)]);
    const knownBelow = joinKnowledge([ofMeter, ...children.map((child) => child.knownBelow)]);
    this.#assign(meter, interval, { rest, by, known, knownBelow });
    return { energy, by, known: own === null ? known : ofMeter, knownBelow };
  }

  #assign(
    meter: MeterConfig,
    interval: MeterInterval | undefined,
    { rest, by, known, knownBelow }: Rest,
  ): void {
    const atMs = interval?.startMs ?? 0;
    const tenant = holdingAt(meter.tenants, this.#calendar, atMs)?.entry.tenant;
    if (tenant !== undefined) {
      this.#add(tenant, 'direct', rest);
      this.#know(tenant, knowledgeOfPart(known, rest, rest));
      by.set(tenant, (by.get(tenant) ?? 0n) + rest);
      return;
    }
    const below = [...by.keys()];
    const parts = divide(rest, this.#weights(below, by));
    if (parts === undefined) {
      if (rest === 0n) return;
      this.#add(null, 'common', rest);
      this.#know(null, knowledgeOfPart(known, rest, rest));
      return;
    }
    for (const [index, name] of below.entries()) {
      const part = parts[index] as Amount;
      this.#add(name, 'common', part);
      this.#know(name, knowledgeOfPart(knownBelow, part, rest));
      by.set(name, (by.get(name) ?? 0n) + part);
    }
  }

  #know(tenant: string | null, known: Knowledge): void {
    const before = this.knowledge.get(tenant);
    this.knowledge.set(tenant, before === undefined ? known : joinKnowledge([before, known]));
  }

  #weights(tenants: readonly string[], by: ReadonlyMap<string, Amount>): readonly number[] {
    const isByEnergy = this.#config.commonBy === 'energy';
    // In Wh, which is exact enough for a weight; who fed more back than he used bears nothing.
    const used = (id: string): number => Math.max(0, Number((by.get(id) ?? 0n) / 1_000_000_000n));
    const share = (id: string): number =>
      this.#config.tenants.find((tenant) => tenant.id === id)?.share ?? 0;
    return tenants.map(isByEnergy ? used : share);
  }

  #add(tenant: string | null, kind: 'direct' | 'common', energy: Amount): void {
    const total = this.totals.get(tenant) ?? { direct: 0n, common: 0n };
    total[kind] += energy;
    this.totals.set(tenant, total);
  }
}

/** What each tenant used of what came through the topmost meters that have tenants at or below them, by intervals of one time in which no assignment changes, one for each meter. */
export const divideAmongTenants = (
  config: EnergyConfig,
  intervals: ReadonlyMap<string, MeterInterval>,
  calendar: SiteCalendar,
): Division => {
  const divider = new Divider(config, intervals, calendar);
  const roots = config.meters.filter(
    (meter) => meter.parent === undefined && hasTenants(meter, config),
  );
  const energy = sumOf(roots.map((meter) => divider.divide(meter).energy));
  const { totals, knowledge, below, withoutReading } = divider;
  const isDark = [...intervals.values()].every((interval) => interval.energy === null);
  const missing = isDark ? [] : withoutReading.map((meter) => ({ meter, days: 1 }));
  const tenants = isDark ? [] : presentTotals(totals, knowledge);
  return { tenants, knowledge, energy, below, withoutReading: missing };
};

/** Whether somebody ever used what this meter or one below it counts; photovoltaics, for example, are nobody's use. */
const hasTenants = (meter: MeterConfig, config: EnergyConfig): boolean =>
  meter.tenants.length > 0 ||
  config.meters.some((child) => child.parent === meter.id && hasTenants(child, config));

const presentTotals = (
  totals: Totals,
  knowledge: ReadonlyMap<string | null, Knowledge>,
): readonly TenantEnergy[] =>
  [...totals].map(([tenant, { direct, common }]) => ({
    ...{ tenant, direct, common, energy: direct + common },
    ...(knowledge.get(tenant) ?? knowledgeOf(undefined)),
  }));

/** As it is, known since `revision` at the earliest. */
export const raiseDivision = (division: Division, revision: number): Division => {
  const raise = <Known extends Knowledge>(known: Known): Known => ({
    ...known,
    revision: Math.max(known.revision, revision),
  });
  return {
    ...division,
    tenants: division.tenants.map(raise),
    knowledge: new Map([...division.knowledge].map(([tenant, known]) => [tenant, raise(known)])),
  };
};

/** Divisions of times that follow each other, as one. */
export const mergeDivisions = (parts: readonly Division[]): Division => {
  const totals: Totals = new Map();
  const knowledge = new Map<string | null, Knowledge>();
  const below = new Map<string, Amount>();
  const missing = new Map<string, number>();
  for (const { tenants, knowledge: known, below: rests, withoutReading } of parts) {
    for (const [tenant, of] of known) {
      const before = knowledge.get(tenant);
      knowledge.set(tenant, before === undefined ? of : joinKnowledge([before, of]));
    }
    for (const { meter, days } of withoutReading) {
      missing.set(meter, (missing.get(meter) ?? 0) + days);
    }
    for (const { tenant, direct, common } of tenants) {
      const total = totals.get(tenant) ?? { direct: 0n, common: 0n };
      totals.set(tenant, { direct: total.direct + direct, common: total.common + common });
    }
    for (const { meter, rest } of rests) below.set(meter, (below.get(meter) ?? 0n) + rest);
  }
  return {
    ...{ tenants: presentTotals(totals, knowledge), knowledge },
    energy: sumOf(parts.map(({ energy }) => energy)),
    below: [...below].map(([meter, rest]) => ({ meter, rest })),
    withoutReading: [...missing].map(([meter, days]) => ({ meter, days })),
  };
};
