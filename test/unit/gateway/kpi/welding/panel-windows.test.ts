import { describe, expect, test } from 'vitest';
import type { RegisteredGroup } from '../../../../../gateway/core/point.ts';
import { isBad, statusCodes } from '../../../../../gateway/core/quality.ts';
import type { TestSample } from '../../../../support/entry-batch.ts';
import { compileTestSite, feed, tickAt } from '../../../../support/program-feed.ts';
import { ofLine, wholeLineGroup, wholeSeam } from './whole-line.ts';

type Row = Readonly<Record<string, number | string | undefined>>;

const windowsOf = () => {
  const { program, groups } = compileTestSite({
    groups: [wholeSeam('f01'), wholeLineGroup],
    kpis: [ofLine('panelWindows')],
  });
  const [seam, line] = groups as [RegisteredGroup, RegisteredGroup];
  return {
    line: (timeMs: number, panelId: TestSample, panelPosition: number): void => {
      feed(program, [{ group: line, timeMs, values: { panelId, panelPosition } }]);
    },
    arc: (timeMs: number, arcOn: number): void => {
      feed(program, [{ group: seam, timeMs, values: { arcOn } }]);
    },
    tick: (atMs: number): readonly Row[] => {
      const rows: Row[] = [];
      program.onTick(tickAt(atMs), ({ name, channels }, timeMs, values, status) => {
        expect(name).toBe('panels');
        const known = channels.map(({ point }, index) => {
          const value = isBad(status[index] as number) ? undefined : values[index];
          return [point.replace('panel.', ''), value] as const;
        });
        const start = status[channels.findIndex(({ point }) => point === 'panel.start')];
        rows.push({ timeMs, startStatus: start, ...Object.fromEntries(known) });
      });
      return rows;
    },
  };
};

describe('the windows of panels', () => {
  test('come once, when the panel has ended, with the times of its first and last arc', () => {
    const site = windowsOf();
    site.line(1000, 17, 200);
    site.arc(1000, 1);
    site.line(2000, 17, 300);
    site.arc(2000, 0);
    expect(site.tick(2500)).toEqual([]);
    site.line(3000, 18, 0);
    const before = { timeMs: 3000, id: 17, start: 1000, end: 3000, arcStart: 1000, arcEnd: 1000 };
    // It was under the torches before anybody looked.
    expect(site.tick(3500)).toEqual([{ ...before, startStatus: statusCodes.uncertain }]);
    expect(site.tick(4500)).toEqual([]);
    for (let timeMs = 4000; timeMs <= 6000; timeMs += 100) {
      site.line(timeMs, 18, timeMs / 10);
      site.arc(timeMs, timeMs >= 4500 && timeMs < 5500 ? 1 : 0);
    }
    site.line(6100, 19, 0);
    const next = { timeMs: 6100, id: 18, start: 3000, end: 6100, arcStart: 4500, arcEnd: 5400 };
    expect(site.tick(6500)).toEqual([{ ...next, startStatus: statusCodes.good }]);
  });

  test('end where the position falls back while no id is told; without an arc they have no arc times', () => {
    const site = windowsOf();
    const untold = { value: 0, status: statusCodes.badNoData };
    site.line(1000, 17, 0);
    site.line(2000, 17, 500);
    site.line(3000, untold, 0);
    const noArc = { arcStart: undefined, arcEnd: undefined };
    const first = { timeMs: 3000, id: 17, start: 1000, end: 3000, ...noArc };
    expect(site.tick(3500)).toEqual([{ ...first, startStatus: statusCodes.uncertain }]);
    // The id that comes then is that of the panel that has begun, whichever it is.
    site.line(4000, 18, 50);
    site.line(5000, 19, 60);
    const second = { timeMs: 5000, id: 18, start: 3000, end: 5000, ...noArc };
    expect(site.tick(5500)).toEqual([{ ...second, startStatus: statusCodes.good }]);
  });

  test('do not end while the id stays, wherever the carriage goes', () => {
    const site = windowsOf();
    for (let mm = 0; mm <= 18_000; mm += 100) site.line(1000 + mm, 17, mm);
    for (let mm = 18_000; mm >= 0; mm -= 101) site.line(37_100 - mm, 17, mm);
    expect(site.tick(40_000)).toEqual([]);
    site.line(41_000, 18, 0);
    expect(site.tick(41_500)).toMatchObject([{ id: 17, start: 1000, end: 41_000 }]);
  });

  test('of several that ended between two ticks are all there, up to eight', () => {
    const site = windowsOf();
    for (let panel = 1; panel <= 11; panel++) site.line(panel * 100, panel, 0);
    expect(site.tick(2000).map(({ id }) => id)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
  });
});
