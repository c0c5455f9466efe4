import type { Point } from '../../../api/types.ts';
import { placeOf } from '../../../live/point-store.ts';

/** The current of one string or tracker of an inverter. */
export type StringCurrent = {
  readonly inverter: string;
  readonly string: string;
  readonly point: Point;
};

/** `stringCurrent.03`, `inputCurrent.03`. */
const namePattern = /^(?:string|mppt|tracker|input)Current\.(\d+)$/;

/** Strings of all inverters that tell of them, in their order. */
export const stringsOf = (points: readonly Point[]): readonly StringCurrent[] =>
  points.flatMap((point) => {
    if (point.equipmentClass !== 'pv_inverter') return [];
    const { equipment, point: name } = placeOf(point);
    const [, string] = namePattern.exec(name) ?? [];
    return string === undefined ? [] : [{ inverter: equipment, string, point }];
  });
