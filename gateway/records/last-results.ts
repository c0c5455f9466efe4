import type { EntryBatch } from '../core/entry.ts';
import type { RegisteredGroup } from '../core/point.ts';
import { absentStatus, isBad } from '../core/quality.ts';
import type { RecordedResult } from './panel-record.ts';

type Kept = {
  readonly group: RegisteredGroup;
  readonly isOfSeam: boolean;
  timeMs: number;
  values: Float64Array;
  status: Uint32Array;
};

const coverageSuffix = '.coverage';

/** The newest frame of each group of KPIs of a line while a panel is under the torches. */
export class LastResults {
  readonly #kept = new Map<number, Kept>();

  keep(batch: EntryBatch, index: number, group: RegisteredGroup, isOfSeam: boolean): void {
    const from = batch.offset[index] as number;
    const to = batch.offset[index + 1] as number;
    const timeMs = batch.timeMs[index] as number;
    const kept = this.#kept.get(group.number);
    if (kept !== undefined && kept.values.length === to - from) {
      kept.timeMs = timeMs;
      kept.values.set(batch.values.subarray(from, to));
      kept.status.set(batch.status.subarray(from, to));
      return;
    }
    const values = batch.values.slice(from, to);
    const status = batch.status.slice(from, to);
    this.#kept.set(group.number, { group, isOfSeam, timeMs, values, status });
  }

  /** Of every KPI, by equipment; the equipment in the order of its name, its KPIs in that of theirs. */
  list(text: (id: number) => string | undefined): readonly {
    readonly equipment: string;
    readonly isOfSeam: boolean;
    readonly results: readonly RecordedResult[];
  }[] {
    const byEquipment = Map.groupBy(this.#kept.values(), ({ group }) => group.equipment.equipment);
    return [...byEquipment]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([equipment, kept]) => ({
        equipment,
        isOfSeam: kept.some(({ isOfSeam }) => isOfSeam),
        results: newestOf(kept.flatMap((frame) => resultsOf(frame, text))),
      }));
  }
}

/** A group that another configuration replaced has older values of the same KPIs. */
const newestOf = (results: readonly RecordedResult[]): readonly RecordedResult[] => {
  const byPoint = new Map<string, RecordedResult>();
  for (const result of results) {
    const known = byPoint.get(result.point);
    if (known === undefined || result.timeMs >= known.timeMs) byPoint.set(result.point, result);
  }
  return [...byPoint.values()].sort((a, b) => (a.point < b.point ? -1 : 1));
};

const resultsOf = (
  { group, timeMs, values, status }: Kept,
  text: (id: number) => string | undefined,
): readonly RecordedResult[] => {
  const channelOf = new Map(group.channels.map(({ point }, channel) => [point, channel]));
  const valueAt = (channel: number): number | null => {
    const code = status[channel] ?? absentStatus;
    const value = values[channel] as number;
    return code === absentStatus || isBad(code) || !Number.isFinite(value) ? null : value;
  };
  return group.channels.flatMap(({ point, unit, kind }, channel) => {
    const base = point.slice(0, -coverageSuffix.length);
    if (point.endsWith(coverageSuffix) && channelOf.has(base)) return [];
    const code = status[channel] ?? absentStatus;
    if (code === absentStatus) return [];
    const number = valueAt(channel);
    const coverageChannel = channelOf.get(`${point}${coverageSuffix}`);
    return [
      {
        ...{ point, unit, timeMs, status: code },
        value: kind === 'string' && number !== null ? (text(number) ?? null) : number,
        coverage: coverageChannel === undefined ? null : valueAt(coverageChannel),
      },
    ];
  });
};
