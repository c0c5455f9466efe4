import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  inspectionPointsAt,
  seamPointsAt,
} from '../../../../gateway/production/inspection-points.ts';
import type { MessageOf, ProductionMessage } from '../../../../gateway/production/messages.ts';
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
const assigned = (lengthMm: number) =>
  messageOf('panelAssignment', { panelId, lengthMm, time: at(0) });

/** Inspected and good of each seam, then defects and metres, at an hour of the day that begins at 0 or 24. */
const pointsOf = (messages: readonly ProductionMessage[], hours = 23) => {
  const { findings } = productionOf(messages).told(line, span);
  const day = { timeMs: at(hours), dayStartMs: at(hours < 24 ? 0 : 24) };
  return {
    seams: seams.map((seam) => seamPointsAt(findings, seam, day)),
    line: inspectionPointsAt(findings, seams, day),
  };
};
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

describe('a correction', () => {
  const seam = 'F01';
  const wrong = inspected('rejected', 8, { seam, id: 'i1' });

  it('stands in place of what it corrects, on the day on which that was found', () => {
    const right = inspected('accepted', 30, { seam, id: 'i2', corrects: 'i1' });
    expect(pointsOf([wrong, right]).seams[0]).toEqual([1, 1]);
    expect(pointsOf([right, wrong]).line[0]).toBe(0);
    expect(pointsOf([wrong, right], 40).seams[0]).toEqual(unknown);
    const back = inspected('rejected', 31, { seam, id: 'i3', corrects: 'i2' });
    expect(pointsOf([wrong, right, back]).seams[0]).toEqual([1, 0]);
  });

  it('may name another seam', () => {
    const moved = inspected('rejected', 9, { seam: 'B01', id: 'i2', corrects: 'i1' });
    expect(pointsOf([wrong, moved]).seams).toEqual([unknown, unknown, [1, 0]]);
  });

  it('is none where sender, panel or time are others, and its sender is told so', () => {
    const { production } = openProduction();
    takeMessages(production, [wrong]);
    const right: More = { seam, corrects: 'i1' };
    const foreign = inspected('accepted', 9, { ...right, source: 'desk' });
    const other = inspected('accepted', 9, { ...right, panelId: 'P-2' });
    const early = inspected('accepted', 7, right);
    const verdicts = takeMessages(production, [
      foreign,
      other,
      early,
      inspected('accepted', 9, right),
    ]);
    expect(verdicts.map(({ notes }) => notes.includes('corrected-unknown'))).toEqual([
      ...[true, true, true, false],
    ]);
    expect(pointsOf([wrong, foreign]).seams[0]).toEqual([1, 0]);
    expect(pointsOf([wrong, other]).seams[0]).toEqual([2, 1]);
    expect(pointsOf([wrong, early]).seams[0]).toEqual([1, 0]);
  });

  it('takes the place of the other in the record of the panel, which names both messages', () => {
    const right = inspected('accepted', 9, { seam, id: 'i2', corrects: 'i1' });
    const panel = productionOf([wrong, right]).panel(
      { line, panelId },
      { startMs: at(0), isRepeated: false, seams },
    );
    expect(panel.inspections).toMatchObject([{ result: 'accepted', corrects: 'i1' }]);
    expect(panel.messages.map(({ id }) => id)).toEqual(['i1', 'i2']);
    expect(panel.missing).not.toContain('ncr');
  });

  it('gives the same in whatever order and batches messages come', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd');
    const drawn = fc.uniqueArray(
      fc.record({
        ...{
          id,
          hours: fc.integer({ min: 1, max: 40 }),
          seam: fc.constantFrom(...seams, undefined),
        },
        result: fc.constantFrom('accepted' as const, 'rejected' as const),
        corrects: fc.option(id, { nil: undefined }),
      }),
      { selector: (one) => one.id },
    );
    fc.assert(
      fc.property(drawn, fc.integer({ min: 0, max: 45 }), (several, hours) => {
        const messages = several.map(({ result, hours: time, ...more }) =>
          JSON.parse(JSON.stringify(inspected(result, time, more as More))),
        ) as ProductionMessage[];
        const one = openProduction().production;
        for (const message of messages.toReversed()) takeMessages(one, [message]);
        expect(one.told(line, span)).toEqual(productionOf(messages).told(line, span));
        const { seams: counts } = pointsOf(messages, hours);
        for (const [all, good] of counts)
          if (!Number.isNaN(all)) expect(good).toBeLessThanOrEqual(all as number);
      }),
      { numRuns: 40 },
    );
  });
});
