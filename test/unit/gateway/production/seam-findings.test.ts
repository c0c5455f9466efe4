import { describe, expect, it } from 'vitest';
import {
  inspectionPointsAt,
  seamPointsAt,
} from '../../../../gateway/production/inspection-points.ts';
import type { MessageOf, ProductionMessage } from '../../../../gateway/production/messages.ts';
import type { ProductionDatabase } from '../../../../gateway/production/production-database.ts';
import { baseMs, line, messageOf, span } from '../../../support/production-messages.ts';
import { openProduction, productionOf, takeMessages } from '../../../support/production-store.ts';

const hour = 3_600_000;
const at = (hours: number): number => baseMs + hours * hour;
const seams = ['F01', 'F02', 'B01'];
const panelId = 'P-1';

type More = Partial<MessageOf<'inspection'>>;
const inspected = (result: 'accepted' | 'rejected', hours: number, more: More = {}) =>
  messageOf('inspection', {
    ...{ panelId, method: 'VT', result, who: 'QA', time: at(hours), ...more },
  });
const repaired = (seam: string, hours: number) =>
  messageOf('repair', { panelId, seam, positionMm: 500, who: 'W', time: at(hours) });
const assigned = (lengthMm: number, hours = 0) =>
  messageOf('panelAssignment', { panelId, lengthMm, time: at(hours) });

/** Inspected and good of each seam, then defects and metres, at an hour of the days that begin at 0, 24 and so on. */
const pointsIn = (production: ProductionDatabase, hours: number) => {
  const { findings } = production.told(line, span);
  const day = { timeMs: at(hours), dayStartMs: at(Math.floor(hours / 24) * 24) };
  return {
    seams: seams.map((seam) => seamPointsAt(findings, seam, day)),
    line: inspectionPointsAt(findings, seams, day),
  };
};
const pointsOf = (messages: readonly ProductionMessage[], hours = 23) =>
  pointsIn(productionOf(messages), hours);
const unknown = [Number.NaN, Number.NaN];

describe('what inspections found', () => {
  it('is unknown while nothing was inspected, never zero', () => {
    const nothing = { seams: [unknown, unknown, unknown], line: unknown };
    expect(pointsOf([])).toEqual(nothing);
    expect(pointsOf([inspected('accepted', 10)], 9)).toEqual(nothing);
    expect(pointsOf([inspected('accepted', -2)])).toEqual(nothing);
    // Neither looks at seams.
    const others = ['deformation', 'leg'].map((method) => inspected('rejected', 8, { method }));
    expect(pointsOf(others)).toEqual(nothing);
  });

  it('is of every seam where none is named, and of one where it is, whoever writes its name how', () => {
    expect(pointsOf([assigned(18_000), inspected('accepted', 8)])).toEqual({
      seams: [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
      line: [0, 54],
    });
    const messages = [
      assigned(18_000),
      inspected('accepted', 8),
      inspected('rejected', 9, { method: 'PT', seam: 'f02', positionMm: 700 }),
    ];
    expect(pointsOf(messages)).toEqual({
      seams: [
        [1, 1],
        [1, 0],
        [1, 1],
      ],
      line: [1, 54],
    });
    expect(pointsOf(messages, 8.5).seams[1]).toEqual([1, 1]);
  });

  it('knows of no seam of a panel that it is good while a rejection does not say of which', () => {
    const messages = [inspected('rejected', 8), inspected('accepted', 9, { seam: 'F01' })];
    expect(pointsOf(messages)).toEqual({
      seams: [unknown, unknown, unknown],
      line: [1, Number.NaN],
    });
    const named = [...messages, inspected('rejected', 10, { seam: 'B01' })];
    expect(pointsOf(named).seams).toEqual([unknown, unknown, [1, 0]]);
  });

  it('is not made good by a repair or a later inspection, on the same day or the next', () => {
    const seam = 'F01';
    const rejected = inspected('rejected', 8, { seam, positionMm: 500 });
    const again = [repaired(seam, 9), inspected('accepted', 10, { seam, positionMm: 500 })];
    expect(pointsOf([rejected, ...again]).seams[0]).toEqual([1, 0]);
    expect(pointsOf([inspected('accepted', 8, { seam }), repaired(seam, 9)]).seams[0]).toEqual([
      1, 0,
    ]);
    // What fails a day later counts on that day, and leaves the day before as it was.
    const late = [inspected('accepted', 8, { seam }), inspected('rejected', 30, { seam })];
    expect([pointsOf(late).seams[0], pointsOf(late, 40).seams[0]]).toEqual([
      [1, 1],
      [1, 0],
    ]);
    expect(pointsOf([rejected, inspected('accepted', 30, { seam })], 40).seams[0]).toEqual(unknown);
  });

  it('counts a place that is rejected again as one defect', () => {
    const seam = 'F01';
    const messages = [
      inspected('rejected', 8, { seam, positionMm: 500 }),
      inspected('rejected', 9, { seam: 'f01', positionMm: 500, method: 'MT' }),
      inspected('rejected', 10, { seam, positionMm: 900 }),
    ];
    expect(pointsOf(messages).line[0]).toBe(2);
    expect(pointsOf(messages, 8.5).line[0]).toBe(1);
  });

  it('has the length that was inspected, and none where one is not known', () => {
    const short = inspected('accepted', 8, { seam: 'F01', lengthMm: 500, method: 'MT' });
    expect(pointsOf([short]).line).toEqual([0, 0.5]);
    expect(pointsOf([short, inspected('accepted', 9, { seam: 'F02' })]).line).toEqual([
      0,
      Number.NaN,
    ]);
    expect(pointsOf([short, inspected('accepted', 9), assigned(18_000)]).line).toEqual([0, 54]);
  });
});

describe('what looks at a part of a seam only', () => {
  const seam = 'F01';
  const leg = (result: 'accepted' | 'rejected', hours: number, more: More = {}) =>
    inspected(result, hours, { seam, method: 'leg', ...more });

  it('makes no seam inspected or good, and has a length only with one of its own', () => {
    const nothing = { seams: [unknown, unknown, unknown], line: unknown };
    expect(pointsOf([assigned(18_000), leg('accepted', 8)])).toEqual(nothing);
    expect(pointsOf([assigned(18_000), leg('accepted', 8, { lengthMm: 500 })])).toEqual({
      ...{ ...nothing, line: [0, 0.5] },
    });
    for (const method of ['PT', 'rt', 'UT']) {
      const whole = leg('accepted', 9, { method });
      expect(pointsOf([assigned(18_000), leg('accepted', 8), whole]).seams[0]).toEqual([1, 1]);
    }
  });

  it('rejects a seam all the same, whose length is not known from it', () => {
    const rejected = leg('rejected', 8);
    expect(pointsOf([assigned(18_000), rejected])).toEqual({
      ...{ seams: [unknown, unknown, unknown], line: [1, Number.NaN] },
    });
    const seen = inspected('accepted', 9, { seam });
    expect(pointsOf([assigned(18_000), rejected, seen])).toMatchObject({
      ...{ seams: [[1, 0], unknown, unknown], line: [1, 18] },
    });
  });
});

describe('the weld of a day', () => {
  it('is that of its defects too: of a panel rejected without a seam, and of what fails a day later', () => {
    expect(pointsOf([assigned(18_000), inspected('rejected', 8)]).line).toEqual([1, 54]);
    const messages = [
      ...[assigned(18_000), inspected('accepted', 8)],
      inspected('rejected', 30, { seam: 'F01', positionMm: 100 }),
    ];
    expect(pointsOf(messages).line).toEqual([0, 54]);
    expect(pointsOf(messages, 40).line).toEqual([1, 18]);
    // A repair makes a seam one that was not good, without a defect.
    expect(pointsOf([...messages, repaired('F02', 31)], 40).line).toEqual([1, 36]);
    // Another defect of a seam that had failed.
    const again = inspected('rejected', 50, { seam: 'F01', positionMm: 900 });
    expect(pointsOf([...messages, again], 60).line).toEqual([1, 18]);
  });
});

describe('what is told after its day', () => {
  it('counts on the day on which it comes, once', () => {
    const { production } = openProduction();
    const rejected = inspected('rejected', 23.8, { seam: 'F01' });
    takeMessages(production, [assigned(18_000), rejected], 1, at(24.2));
    const days = [23.9, 24.1, 40, 60].map((hours) => pointsIn(production, hours));
    expect(days.map((points) => points.seams[0])).toEqual([unknown, unknown, [1, 0], unknown]);
    expect(days.map(({ line: points }) => points)).toEqual([unknown, unknown, [1, 18], unknown]);
  });

  it.each([-60, -6, -4, -1, 0, 1, 60])(
    'counts once where it comes %i s from midnight',
    (afterS) => {
      const { production } = openProduction();
      const receivedMs = at(24) + afterS * 1000;
      takeMessages(production, [inspected('rejected', 23, { seam: 'F01' })], 1, receivedMs);
      // Stored three seconds later; then told at each second.
      const told: number[] = [];
      for (let timeMs = receivedMs + 3000; timeMs < receivedMs + 120_000; timeMs += 1000) {
        const dayStartMs = timeMs < at(24) ? at(0) : at(24);
        const { findings } = production.told(line, span);
        const [all = 0] = seamPointsAt(findings, 'F01', { timeMs, dayStartMs });
        told.push(Number.isNaN(all) ? 0 : all);
      }
      const rises = told.filter((all, index) => all > (told[index - 1] ?? 0));
      expect(rises).toEqual([1]);
    },
  );
});

describe('an id that is given again', () => {
  const disposed = (status: 'released' | 'hold' | 'scrap', hours: number) =>
    messageOf('disposition', { panelId, status, who: 'QA', time: at(hours) });
  const first = [assigned(18_000), inspected('rejected', 8, { seam: 'F01' })];
  const second = inspected('accepted', 14, { seam: 'F01' });

  it('is of another panel from the assignment after its release or scrapping', () => {
    for (const status of ['released', 'scrap'] as const) {
      const messages = [...first, disposed(status, 10), assigned(10_000, 12), second];
      expect(pointsOf(messages).seams[0]).toEqual([2, 1]);
      expect(pointsOf(messages).line).toEqual([1, 28]);
      expect(pointsOf(messages.toReversed())).toEqual(pointsOf(messages));
    }
  });

  it('is of the same panel while that is on hold, or nothing was assigned anew', () => {
    for (const more of [[assigned(18_000, 12)], [disposed('hold', 10), assigned(18_000, 12)]]) {
      expect(pointsOf([...first, ...more, second]).seams[0]).toEqual([1, 0]);
    }
    expect(pointsOf([...first, disposed('released', 10), second]).seams[0]).toEqual([1, 0]);
  });

  it('keeps a correction with the panel of what it corrects', () => {
    const wrong = inspected('rejected', 8, { seam: 'F01', id: 'i1' });
    const right = inspected('accepted', 15, { seam: 'F01', corrects: 'i1' });
    const messages = [wrong, disposed('scrap', 10), assigned(10_000, 12), second, right];
    expect(pointsOf(messages).seams[0]).toEqual([2, 2]);
  });
});
