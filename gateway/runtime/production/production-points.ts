import type { TickRecord } from '../../core/entry.ts';
import type { RegisteredGroup } from '../../core/point.ts';
import { absentStatus, statusCodes } from '../../core/quality.ts';
import type { SourceFrame } from '../../core/source.ts';
import {
  inspectionGroupName,
  inspectionPointsAt,
  seamPointsAt,
} from '../../production/inspection-points.ts';
import { pointsAt, productionProducer } from '../../production/line-points.ts';
import type { LineTold } from '../../production/protocol.ts';
import { lineClass, linePath, seamsByLine } from '../../records/group-roles.ts';

type ToldGroup = {
  readonly group: RegisteredGroup;
  /** In the order of the group's channels. */
  readonly valuesAt: (told: LineTold, tick: TickRecord) => readonly number[];
  /** As they were told last; undefined before the first frame. */
  last: readonly number[] | undefined;
};

/** Tells the points of production at each tick where they have changed; a channel that has not is absent. */
export class ProductionPoints {
  #groups: readonly ToldGroup[] = [];
  readonly #told = new Map<string, LineTold>();

  /** Groups that go on keep what was told last. */
  use(groups: readonly RegisteredGroup[]): void {
    const before = new Map(this.#groups.map(({ group, last }) => [group.number, last]));
    const seams = seamsByLine(groups);
    this.#groups = groups
      .filter(({ producer }) => producer === productionProducer)
      .map((group) => ({
        ...{ group, last: before.get(group.number) },
        valuesAt: valuesOf(group, seams.get(linePath(group.equipment)) ?? []),
      }));
  }

  tell(told: readonly LineTold[]): void {
    for (const of of told) this.#told.set(of.line, of);
  }

  /** To be called before the tick is admitted, so that KPIs find what holds at its time. */
  tick(record: TickRecord, emit: (group: RegisteredGroup, frame: SourceFrame) => boolean): void {
    const { timeMs } = record;
    for (const own of this.#groups) {
      const told = this.#told.get(linePath(own.group.equipment));
      if (told === undefined) continue;
      const values = own.valuesAt(told, record);
      const isSame = (value: number, channel: number): boolean =>
        own.last !== undefined && Object.is(value, own.last[channel]);
      if (values.every(isSame)) continue;
      const status = values.map((value, channel) => {
        if (isSame(value, channel)) return absentStatus;
        return Number.isNaN(value) ? statusCodes.badNoData : statusCodes.good;
      });
      const isAdmitted = emit(own.group, {
        ...{ groupIndex: 0, timeMs, receivedMs: timeMs },
        values: Float64Array.from(values, (value) => (Number.isNaN(value) ? 0 : value)),
        status: Uint32Array.from(status),
      });
      // What the journal refused is told at the next tick.
      if (isAdmitted) own.last = values;
    }
  }
}

/** `seams` are those of the line. */
const valuesOf = (
  { name, equipmentClass, equipment }: RegisteredGroup,
  seams: readonly string[],
): ToldGroup['valuesAt'] => {
  if (name !== inspectionGroupName) return pointsAt;
  return equipmentClass === lineClass
    ? ({ findings }, day) => inspectionPointsAt(findings, seams, day)
    : ({ findings }, day) => seamPointsAt(findings, equipment.equipment, day);
};
