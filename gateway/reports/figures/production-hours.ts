import type { RegisteredGroup } from '../../core/point.ts';
import type { Window } from './figure.ts';
import { type ReadHistory, registerHours } from './history-days.ts';

/** Actual production time of all lines, h; null where no line tells it. */
export const productionHours = async (
  groups: readonly RegisteredGroup[],
  history: ReadHistory,
  window: Window,
  timeZone: string,
): Promise<number | null> => {
  const points = groups
    .filter(({ producer, equipmentClass }) => producer === 'kpi' && equipmentClass === 'weld_line')
    .flatMap(({ channels, pointNumbers }) =>
      channels.flatMap(({ point, unit }, channel) => {
        const number = pointNumbers[channel];
        return point === 'timeElements' && unit === 'min' && number !== undefined ? [number] : [];
      }),
    );
  let hours: number | null = null;
  for (const point of points) {
    const ofLine = await registerHours(history, point, window, timeZone);
    if (ofLine !== null) hours = (hours ?? 0) + ofLine;
  }
  return hours;
};
