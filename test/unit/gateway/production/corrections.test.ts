import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standingInspections } from '../../../../gateway/production/corrections.ts';
import {
  inspectionPointsAt,
  seamPointsAt,
} from '../../../../gateway/production/inspection-points.ts';
import type { MessageOf, ProductionMessage } from '../../../../gateway/production/messages.ts';
import type { ProductionDatabase } from '../../../../gateway/production/production-database.ts';
import { impossible } from '../../../../gateway/production/refusal.ts';
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

describe('a correction', () => {
  const seam = 'F01';
  const wrong = inspected('rejected', 8, { seam, id: 'i1' });

  it('stands in place of what it corrects, on the day on which that was found', () => {
    const right = inspected('accepted', 30, { seam, id: 'i2', corrects: 'i1' });
    expect(pointsOf([wrong, right]).seams[0]).toEqual([1, 1]);
    expect(pointsOf([right, wrong]).line[0]).toBe(0);
    expect(pointsOf([wrong, right], 40).seams[0]).toEqual(unknown);
    const back = inspected('rejected', 31, { seam, id: 'i3', corrects: 'i2' });
    expect(pointsOf([wrong, right, back], 40).seams[0]).toEqual([1, 0]);
  });

  it('may name another seam', () => {
    const moved = inspected('rejected', 9, { seam: 'B01', id: 'i2', corrects: 'i1' });
    expect(pointsOf([wrong, moved]).seams).toEqual([unknown, unknown, [1, 0]]);
  });

  it('is none where sender or panel are others, or its time is earlier, and its sender is told so', () => {
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
      ...[true, true, false, false],
    ]);
    expect(verdicts.map(({ as }) => as)).toEqual(['new', 'new', 'correction-early', 'new']);
    expect(pointsOf([wrong, foreign]).seams[0]).toEqual([1, 0]);
    expect(pointsOf([wrong, other]).seams[0]).toEqual([2, 1]);
    expect(pointsOf([wrong, early]).seams[0]).toEqual([1, 0]);
  });

  it('that newly rejects counts by its own time: the day before is over', () => {
    const good = inspected('accepted', 8, { seam, id: 'i1' });
    const bad = inspected('rejected', 30, { seam, id: 'i2', corrects: 'i1' });
    const told = [assigned(18_000), good, bad];
    expect([pointsOf(told), pointsOf(told, 40)].map((points) => points.seams[0])).toEqual([
      [1, 1],
      [1, 0],
    ]);
    expect([pointsOf(told).line, pointsOf(told, 40).line]).toEqual([
      [0, 18],
      [1, 18],
    ]);
    const sameDay = inspected('rejected', 9, { seam, id: 'i2', corrects: 'i1' });
    expect(pointsOf([good, sameDay]).seams[0]).toEqual([1, 0]);
    // The defect was at another place: it is the same one.
    const moved = inspected('rejected', 30, { seam, positionMm: 9, corrects: 'i1' });
    expect(pointsOf([wrong, moved], 40)).toEqual({
      seams: [unknown, unknown, unknown],
      line: unknown,
    });
    expect(pointsOf([wrong, moved]).line[0]).toBe(1);
  });

  it('of a panel that was rejected without a seam counts its seams on its own day', () => {
    const all = inspected('rejected', 8, { id: 'i1' });
    const right = inspected('accepted', 30, { corrects: 'i1' });
    expect(pointsOf([assigned(18_000), all, right], 40)).toEqual({
      seams: [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
      line: [0, 54],
    });
  });

  it('of the same inspection, or of its correction, leaves only the last standing', () => {
    const still = inspected('rejected', 9, { seam, id: 'i2', corrects: 'i1' });
    const right = inspected('accepted', 10, { seam, id: 'i3', corrects: 'i1' });
    for (const told of [
      [wrong, still, right],
      [right, still, wrong],
    ]) {
      expect(pointsOf(told).seams[0]).toEqual([1, 1]);
      expect(pointsOf(told).line[0]).toBe(0);
      expect(standingInspections(told)).toEqual([right]);
    }
    const back = inspected('rejected', 11, { seam, id: 'i4', corrects: 'i2' });
    expect(standingInspections([wrong, still, right, back])).toEqual([back]);
    // All of one time: what corrects stands, whatever the ids.
    const chain = [
      inspected('rejected', 8, { id: 'z' }),
      inspected('rejected', 8, { id: 'y', corrects: 'z' }),
      inspected('accepted', 8, { id: 'x', corrects: 'y' }),
    ];
    expect(standingInspections(chain)).toEqual([chain[2]]);
  });

  it('that came before what it corrects stands, though its time is earlier', () => {
    const early = inspected('accepted', 7, { seam, id: 'i2', corrects: 'i1' });
    expect(standingInspections([early, wrong])).toEqual([early]);
    expect(pointsOf([early, wrong]).seams[0]).toEqual([1, 1]);
  });

  it('is refused in a ring, and of one that was journalled before the last stands', () => {
    const { production } = openProduction();
    const ring = ['a', 'b', 'c'].map((id, index) =>
      inspected(index === 2 ? 'accepted' : 'rejected', 8, {
        ...{ id, corrects: ['b', 'c', 'a'][index] as string },
      }),
    );
    const own = inspected('accepted', 8, { id: 'd', corrects: 'd' });
    expect(takeMessages(production, [...ring, own]).map(({ as }) => as)).toEqual([
      ...['new', 'new', 'correction-ring', 'correction-ring'],
    ]);
    expect(takeMessages(production, ring.slice(2)).map(({ as }) => as)).toEqual([
      'correction-ring',
    ]);
    expect(standingInspections(ring)).toHaveLength(1);
    expect(standingInspections(ring.toReversed())).toEqual(standingInspections(ring));
    for (const problem of ['correction-ring', 'correction-early'] as const) {
      const { words } = impossible(problem, { corrects: 'i1' });
      expect(words.en).toContain('i1');
      expect(words.zh).toContain('i1');
    }
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
        const rankOf = (id: string | undefined): number => {
          const found = several.find((one) => one.id === id);
          return found === undefined ? -1 : found.hours * 1000 + found.id.charCodeAt(0);
        };
        // What cannot be is refused, so that the order tells what is kept.
        const messages = several.map(({ result, hours: time, corrects, ...more }) => {
          const isEarlier = rankOf(corrects) < rankOf(more.id);
          const told = { ...more, corrects: isEarlier ? corrects : undefined } as More;
          return JSON.parse(JSON.stringify(inspected(result, time, told)));
        }) as ProductionMessage[];
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
