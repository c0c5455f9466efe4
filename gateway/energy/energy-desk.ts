import { GatewayError } from '../core/error.ts';
import type { LocalText, PointNumber, RegisteredGroup } from '../core/point.ts';
import {
  type Believed,
  divisionSubject,
  meterSubject,
  revisionWithin,
  type Subject,
} from './beliefs.ts';
import { type CalendarStep, SiteCalendar } from './calendar.ts';
import type { EnergyConfig, MeterConfig } from './energy-config.ts';
import {
  changesOf,
  type MeterInterval,
  mergeIntervals,
  meterInterval,
  type RegisterCount,
} from './meter-intervals.ts';
import { findRegister, toKwh } from './section.ts';
import { type Division, divideAmongTenants, mergeDivisions, raiseDivision } from './tenants.ts';

/** Where energy is read. */
export type EnergySources = {
  readonly register: (query: {
    readonly point: PointNumber;
    readonly boundariesMs: Float64Array;
  }) => Promise<readonly RegisterCount[]>;
  /** Takes down what the site file says; gives of each subject since which change it does. */
  readonly believe: (subjects: readonly Subject[]) => Promise<readonly (readonly Believed[])[]>;
  readonly groups: () => readonly RegisteredGroup[];
  readonly config: () => EnergyConfig;
  readonly site: () => { readonly timeZone: string };
};

export type EnergyQuery = {
  readonly fromMs: number;
  /** Not included. */
  readonly toMs: number;
  readonly step: CalendarStep;
};

export type TenantInterval = Division & {
  readonly startMs: number;
  readonly endMs: number;
  /** From when on all meters can be taken for read. */
  readonly overMs: number;
};

const mostIntervals = 10_000;
/** Of all meters together, when tenants are asked for. */
const mostCells = 200_000;
const mostAtWork = 2;

/** Accounts for energy: what each meter counted, and who used it, by steps of the site's calendar. */
export class EnergyDesk {
  readonly #sources: EnergySources;
  #atWork = 0;

  constructor(sources: EnergySources) {
    this.#sources = sources;
  }

  config(): EnergyConfig {
    return this.#sources.config();
  }

  /**
   * What a meter counted; of steps that have begun, oldest first.
   * @throws GatewayError CONFIG_INVALID for an unknown meter or too many intervals, UNAVAILABLE, STORE_FAILED
   */
  intervals(meterId: string, query: EnergyQuery): Promise<readonly MeterInterval[]> {
    return this.#working(async () => {
      const { meters } = this.#sources.config();
      const meter = meters.find(({ id }) => id === meterId);
      if (meter === undefined) throw unknownMeter(meterId, meters);
      const calendar = this.#calendar();
      const steps = this.#steps(calendar, query, mostIntervals);
      const cut = cutAt(steps, changesOf(meter, calendar));
      return group(await this.#read(meter, cut, calendar), steps).map(mergeIntervals);
    });
  }

  /**
   * What each tenant used, divided day by day, so that days add up to their month, and all tenants to what the topmost meters
   * counted.
   * @throws GatewayError CONFIG_INVALID for too many intervals, UNAVAILABLE, STORE_FAILED
   */
  tenants(
    query: EnergyQuery & { readonly step: 'day' | 'month' },
  ): Promise<readonly TenantInterval[]> {
    return this.#working(async () => {
      const config = this.#sources.config();
      const calendar = this.#calendar();
      const most = Math.max(1, Math.floor(mostCells / Math.max(1, config.meters.length)));
      const steps = this.#steps(calendar, query, most);
      const whole = { fromMs: steps[0] ?? 0, toMs: steps.at(-1) ?? 0 };
      const days = this.#steps(calendar, { ...whole, step: 'day' }, most);
      const changes = config.meters.flatMap((meter) => changesOf(meter, calendar));
      const cut = cutAt(days, changes);
      const read = new Map<string, readonly MeterInterval[]>();
      for (const meter of config.meters) {
        read.set(meter.id, await this.#read(meter, cut, calendar));
      }
      const [believed = []] = await this.#sources.believe([divisionSubject(config, calendar)]);
      const divisions = cut.slice(1).map((endMs, index) => {
        const of = [...read].map(([id, intervals]) => [id, intervals[index]] as const);
        const known = new Map(of.flatMap(([id, interval]) => (interval ? [[id, interval]] : [])));
        const startMs = cut[index] as number;
        const overMs = Math.max(endMs, ...[...known.values()].map((interval) => interval.overMs));
        const division = divideAmongTenants(config, known, calendar);
        const revision = revisionWithin(believed, { startMs, endMs });
        return { startMs, endMs, overMs, ...raiseDivision(division, revision) };
      });
      return group(divisions, steps).map((parts) => ({
        startMs: parts[0]?.startMs ?? 0,
        endMs: parts.at(-1)?.endMs ?? 0,
        overMs: parts.at(-1)?.overMs ?? 0,
        ...mergeDivisions(parts),
      }));
    });
  }

  #calendar(): SiteCalendar {
    return new SiteCalendar(this.#sources.site().timeZone);
  }

  #steps(calendar: SiteCalendar, query: EnergyQuery, most: number): readonly number[] {
    if (query.fromMs >= query.toMs) throw refused(emptyWords);
    const steps = calendar.boundaries(query.step, { ...query, most });
    if (steps === undefined) throw refused(tooManyWords(most));
    return steps;
  }

  async #read(
    meter: MeterConfig,
    boundaries: readonly number[],
    calendar: SiteCalendar,
  ): Promise<readonly MeterInterval[]> {
    const found = findRegister(this.#sources.groups(), meter.register);
    const point = found?.group.pointNumbers[found.channel];
    const unit = found?.group.channels[found.channel]?.unit ?? '';
    if (point === undefined || toKwh(unit) === undefined) throw refused(noRegisterWords(meter));
    const counts = await this.#sources.register({
      point,
      boundariesMs: Float64Array.from(boundaries),
    });
    const [believed = []] = await this.#sources.believe([meterSubject(meter, calendar)]);
    return counts.map((count) => {
      const revision = Math.max(count.revision, revisionWithin(believed, count));
      return meterInterval({ ...count, revision }, meter, calendar);
    });
  }

  async #working<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#atWork >= mostAtWork) {
      throw new GatewayError('UNAVAILABLE', busyWords, { retryable: true });
    }
    this.#atWork += 1;
    try {
      return await work();
    } finally {
      this.#atWork -= 1;
    }
  }
}

/** Boundaries with changes that lie between two of them. */
const cutAt = (steps: readonly number[], changes: readonly number[]): readonly number[] => {
  const [firstMs, lastMs] = [steps[0] ?? 0, steps.at(-1) ?? 0];
  const within = changes.filter((ms) => ms > firstMs && ms < lastMs);
  return [...new Set([...steps, ...within])].sort((a, b) => a - b);
};

/** What lies within each step. */
const group = <Part extends { readonly startMs: number }>(
  parts: readonly Part[],
  steps: readonly number[],
): readonly (readonly Part[])[] => {
  const groups: Part[][] = [];
  let next = 0;
  for (const part of parts) {
    while (part.startMs >= (steps[next] ?? Number.POSITIVE_INFINITY)) {
      groups.push([]);
      next += 1;
    }
    groups.at(-1)?.push(part);
  }
  return groups;
};

const refused = (words: LocalText): GatewayError =>
  new GatewayError('CONFIG_INVALID', words, { retryable: false });

const unknownMeter = (id: string, meters: readonly MeterConfig[]): GatewayError => {
  const known = meters.slice(0, 20).map((meter) => meter.id);
  return refused({
    en: `no meter ${id}; the site file has ${known.join(', ') || 'none'} under energy.meters`,
    zh: `没有电表 ${id}；站点文件 energy.meters 中有：${known.join('、') || '无'}`,
  });
};

const noRegisterWords = ({ id, register }: MeterConfig): LocalText => ({
  en: `meter ${id}: there is no register ${register} now`,
  zh: `电表 ${id}：目前没有累计寄存器 ${register}`,
});

const tooManyWords = (most: number): LocalText => ({
  en: `more than ${most} intervals: ask for a shorter time or a longer step`,
  zh: `区间超过 ${most} 个：请缩短时间或加大步长`,
});

const emptyWords: LocalText = {
  en: 'the time asked for must begin before it ends',
  zh: '所查时间的起点须早于终点',
};

const busyWords: LocalText = {
  en: 'energy is being summed already; ask again in a moment',
  zh: '正在汇总电量，请稍后重试',
};
