import type { TickRecord } from '../../core/entry.ts';
import type { RegisteredGroup } from '../../core/point.ts';
import { absentStatus, statusCodes } from '../../core/quality.ts';
import type { SourceFrame } from '../../core/source.ts';
import { pointsAt, productionProducer } from '../../production/line-points.ts';
import type { LineTold } from '../../production/protocol.ts';
import { linePath } from '../../records/group-roles.ts';

type LinePoints = {
  readonly group: RegisteredGroup;
  /** As they were told last; undefined before the first frame. */
  last: readonly number[] | undefined;
};

/** Tells the points of production at each tick where they have changed; a channel that has not is absent. */
export class ProductionPoints {
  #lines: readonly LinePoints[] = [];
  readonly #told = new Map<string, LineTold>();

  /** Groups that go on keep what was told last. */
  use(groups: readonly RegisteredGroup[]): void {
    const before = new Map(this.#lines.map((line) => [line.group.number, line.last]));
    this.#lines = groups
      .filter(({ producer }) => producer === productionProducer)
      .map((group) => ({ group, last: before.get(group.number) }));
  }

  tell(told: readonly LineTold[]): void {
    for (const of of told) this.#told.set(of.line, of);
  }

  /** To be called before the tick is admitted, so that KPIs find what holds at its time. */
  tick(
    { timeMs, dayStartMs }: TickRecord,
    emit: (group: RegisteredGroup, frame: SourceFrame) => boolean,
  ): void {
    for (const line of this.#lines) {
      const told = this.#told.get(linePath(line.group.equipment));
      if (told === undefined) continue;
      const values = pointsAt(told, { timeMs, dayStartMs });
      const isSame = (value: number, channel: number): boolean =>
        line.last !== undefined && Object.is(value, line.last[channel]);
      if (values.every(isSame)) continue;
      const status = values.map((value, channel) => {
        if (isSame(value, channel)) return absentStatus;
        return Number.isNaN(value) ? statusCodes.badNoData : statusCodes.good;
      });
      const isAdmitted = emit(line.group, {
        ...{ groupIndex: 0, timeMs, receivedMs: timeMs },
        values: Float64Array.from(values, (value) => (Number.isNaN(value) ? 0 : value)),
        status: Uint32Array.from(status),
      });
      // What the journal refused is told at the next tick.
      if (isAdmitted) line.last = values;
    }
  }
}
