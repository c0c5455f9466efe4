import { type Amount, divide, sumOf } from './amount.ts';
import type { SiteCalendar } from './calendar.ts';
import type { EnergyConfig, MeterConfig } from './energy-config.ts';
import { joinKnowledge, type Knowledge, knowledgeOf, knowledgeOfPart } from './knowledge.ts';
import { holdingAt, type MeterInterval } from './meter-intervals.ts';

/** What one tenant used in a time. */
export type TenantEnergy = {
  /** Null: what nobody could be found for, and what could not be divided. */
  readonly tenant: string | null;
  /** By meters of its own; null where none of them tells anything. */
  readonly direct: Amount | null;
  /** Its part of what meters counted beyond those below them: losses, stairs, lifts. */
  readonly common: Amount;
  /** Null where nothing is known of it. */
  readonly energy: Amount | null;
} & Knowledge;

/** What was divided, meter by meter; in all it is what the topmost meters counted. */
export type Division = {
  readonly tenants: readonly TenantEnergy[];
  /** Of what `tenants` is made. */
  readonly totals: Totals;
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

/** `own`: of meters of its own, those that tell something and those that do not, by meters and days. */
type Total = {
  readonly direct: Amount;
  readonly common: Amount;
  readonly own: { readonly read: number; readonly unread: number };
};
type Totals = ReadonlyMap<string | null, Total>;

const addTotal = (
  totals: Map<string | null, Total>,
  tenant: string | null,
  more: Partial<Total>,
): void => {
  const { direct, common, own } = totals.get(tenant) ?? noTotal;
  const { direct: moreDirect, common: moreCommon, own: moreOwn } = { ...noTotal, ...more };
  totals.set(tenant, {
    ...{ direct: direct + moreDirect, common: common + moreCommon },
    own: { read: own.read + moreOwn.read, unread: own.unread + moreOwn.unread },
  });
};

const noTotal: Total = { direct: 0n, common: 0n, own: { read: 0, unread: 0 } };

type Divided = {
  readonly energy: Amount;
  readonly by: ReadonlyMap<string, Amount>;
  /** Of `energy`. */
  readonly known: Knowledge;
  /** With all meters below, by whose use is divided. */
  readonly knownBelow: Knowledge;
  readonly interval: MeterInterval | undefined;
  /** A meter at or below a child tells of another time than the one above it. */
  readonly lacksBelow: boolean;
};

type Rest = {
  readonly rest: Amount;
  readonly by: Map<string, Amount>;
  /** Of the meters directly below, one tells of another time: what it did not tell is in the rest. */
  readonly lacks: boolean;
  /** The same of any meter below, by whose use is divided. */
  readonly lacksBelow: boolean;
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
  readonly totals = new Map<string | null, Total>();
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
    const lacks = children.some((child) => !tellsOfSameTime(child.interval, interval));
    const lacksBelow = lacks || children.some((child) => child.lacksBelow);
    this.#assign(meter, interval, { rest, by, known, knownBelow, lacks, lacksBelow });
    return {
      ...{ energy, by, known: own === null ? known : ofMeter, knownBelow },
      ...{ interval, lacksBelow },
    };
  }

  #assign(meter: MeterConfig, interval: MeterInterval | undefined, whole: Rest): void {
    const { rest, by, known, lacks } = whole;
    const atMs = interval?.startMs ?? 0;
    const tenant = holdingAt(meter.tenants, this.#calendar, atMs)?.entry.tenant;
    // Without a reading of its own there is no rest that could be anybody's.
    const isRead = (interval?.energy ?? null) !== null;
    if (tenant === undefined) {
      this.#divideRest(whole, isRead);
      return;
    }
    const isOwn = isRead && !lacks;
    const part = isOwn ? rest : 0n;
    const own = { read: isOwn ? 1 : 0, unread: isOwn ? 0 : 1 };
    addTotal(this.totals, tenant, { direct: part, own });
    this.#know(tenant, knowledgeOfPart(known, part, rest));
    by.set(tenant, (by.get(tenant) ?? 0n) + part);
    if (isRead && lacks) this.#leave(rest, known);
  }

  /** Among the tenants below, where all that it is reckoned and divided by tells of the same time. */
  #divideRest({ rest, by, known, knownBelow, lacks, lacksBelow }: Rest, isRead: boolean): void {
    const below = [...by.keys()];
    const isByEnergy = this.#config.commonBy === 'energy';
    if (isRead && (isByEnergy ? lacksBelow : lacks)) {
      this.#leave(rest, known);
      const { revision } = knownBelow;
      for (const name of below) this.#know(name, { method: 'partial', estimated: 0n, revision });
      return;
    }
    const parts = divide(rest, this.#weights(below, by));
    if (parts === undefined) {
      if (rest !== 0n) this.#leave(rest, known);
      return;
    }
    for (const [index, name] of below.entries()) {
      const part = parts[index] as Amount;
      addTotal(this.totals, name, { common: part });
      this.#know(name, knowledgeOfPart(knownBelow, part, rest));
      by.set(name, (by.get(name) ?? 0n) + part);
    }
  }

  /** To nobody. */
  #leave(rest: Amount, known: Knowledge): void {
    addTotal(this.totals, null, { common: rest });
    this.#know(null, knowledgeOfPart(known, rest, rest));
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
}

/**
 * Whether a meter and the one above it tell of the same time, to a period of theirs: on a day that is not over, or on which both
 * began, neither does of all of it. What a meter does not tell of is in what the one above it counts beyond it, and the other way
 * round.
 */
const tellsOfSameTime = (
  child: MeterInterval | undefined,
  parent: MeterInterval | undefined,
): boolean => {
  if (child === undefined || child.energy === null || child.breaks > 0) return false;
  if (parent === undefined || parent.energy === null) return true;
  const apartMs = Math.max(child.expectedMs, parent.expectedMs);
  const isWhole = ({ unknownMs }: MeterInterval): boolean => unknownMs < apartMs;
  if (isWhole(child) && isWhole(parent)) return true;
  const edges = ({ opening, closing }: MeterInterval): string =>
    `${opening === null} ${closing === null}`;
  // Each may be read up to a period before the other.
  const isAlike = Math.abs(child.unknownMs - parent.unknownMs) < 2 * apartMs;
  return isAlike && edges(child) === edges(parent);
};

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
  const told: Totals = isDark ? new Map() : totals;
  const tenants = presentTotals(told, knowledge);
  return { tenants, totals: told, knowledge, energy, below, withoutReading: missing };
};

/** Whether somebody ever used what this meter or one below it counts; photovoltaics, for example, are nobody's use. */
const hasTenants = (meter: MeterConfig, config: EnergyConfig): boolean =>
  meter.tenants.length > 0 ||
  config.meters.some((child) => child.parent === meter.id && hasTenants(child, config));

const presentTotals = (
  totals: Totals,
  knowledge: ReadonlyMap<string | null, Knowledge>,
): readonly TenantEnergy[] =>
  [...totals].map(([tenant, { direct: counted, common, own }]) => {
    const direct = own.unread > 0 && own.read === 0 ? null : counted;
    const isUnknown = direct === null && common === 0n;
    const known = knowledge.get(tenant) ?? knowledgeOf(undefined);
    return {
      ...{ tenant, direct, common, energy: isUnknown ? null : counted + common },
      ...{ ...known, method: isUnknown ? 'none' : known.method },
    };
  });

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
  const totals = new Map<string | null, Total>();
  const knowledge = new Map<string | null, Knowledge>();
  const below = new Map<string, Amount>();
  const missing = new Map<string, number>();
  for (const { totals: told, knowledge: known, below: rests, withoutReading } of parts) {
    for (const [tenant, of] of known) {
      const before = knowledge.get(tenant);
      knowledge.set(tenant, before === undefined ? of : joinKnowledge([before, of]));
    }
    for (const { meter, days } of withoutReading) {
      missing.set(meter, (missing.get(meter) ?? 0) + days);
    }
    for (const [tenant, total] of told) addTotal(totals, tenant, total);
    for (const { meter, rest } of rests) below.set(meter, (below.get(meter) ?? 0n) + rest);
  }
  return {
    ...{ tenants: presentTotals(totals, knowledge), totals, knowledge },
    energy: sumOf(parts.map(({ energy }) => energy)),
    below: [...below].map(([meter, rest]) => ({ meter, rest })),
    withoutReading: [...missing].map(([meter, days]) => ({ meter, days })),
  };
};
