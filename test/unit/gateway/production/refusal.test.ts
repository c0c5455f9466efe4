import { describe, expect, it } from 'vitest';
import { instantReader } from '../../../../gateway/production/instant.ts';
import { messageSchema } from '../../../../gateway/production/messages.ts';
import { isRefusal, longestMessage, readMessage } from '../../../../gateway/production/refusal.ts';
import { baseMs, line } from '../../../support/production-messages.ts';

const read = (raw: unknown, lines: readonly string[] = [line]) =>
  readMessage(raw, { schema: messageSchema(instantReader('Asia/Shanghai')), lines, nowMs: baseMs });

const codeOf = (raw: unknown, lines?: readonly string[]): string => {
  const found = read(raw, lines);
  return isRefusal(found) ? found.code : 'taken';
};

const order = { kind: 'jobOrder', id: '1', source: 'mes', time: baseMs, orderId: 'WO-1' };
const dayMs = 86_400_000;

describe('instants of messages', () => {
  it.each([
    ['2026-03-02T08:00', Date.UTC(2026, 2, 2, 0)],
    ['2026-03-02T08:00:01.5', Date.UTC(2026, 2, 2, 0, 0, 1, 500)],
    ['2026-03-02T08:00Z', Date.UTC(2026, 2, 2, 8)],
    ['2026-03-02T08:00+05:30', Date.UTC(2026, 2, 2, 2, 30)],
    ['2026-03-02T08:00-05:00', Date.UTC(2026, 2, 2, 13)],
    [1_000, 1_000],
    ['2026-02-30T08:00', undefined],
    ['2026-03-02T24:00', undefined],
    ['2026-03-02', undefined],
    ['tomorrow', undefined],
    ['2026-03-02T08:00+14:00', Date.UTC(2026, 2, 1, 18)],
    ['2026-03-02T08:00+14:01', undefined],
    ['2026-03-02T08:00-99:99', undefined],
    ['2026-03-02T08:00+05:60', undefined],
    [Number.NaN, undefined],
    [8.64e15, 8.64e15],
    [8.64e15 + 1, undefined],
    [-8.64e15 - 1, undefined],
  ])('%s', (written, instant) => {
    expect(instantReader('Asia/Shanghai')(written)).toBe(instant);
  });

  it('follow the wall clock of the site through summer time', () => {
    const berlin = instantReader('Europe/Berlin');
    expect(berlin('2026-03-29T01:59')).toBe(Date.UTC(2026, 2, 29, 0, 59));
    expect(berlin('2026-03-29T03:00')).toBe(Date.UTC(2026, 2, 29, 1, 0));
    expect(berlin('2026-07-01T00:00')).toBe(Date.UTC(2026, 5, 30, 22, 0));
  });
});

describe('a message', () => {
  it('is kept with the path of its line and with its instants in UTC', () => {
    const planned = { ...order, time: '2026-03-02T08:00', plannedStart: '2026-03-03T06:00' };
    expect(read(planned)).toEqual({
      ...{ ...order, time: Date.UTC(2026, 2, 2, 0), line },
      plannedStart: Date.UTC(2026, 2, 2, 22),
    });
    expect(read({ ...order, line: 'welding/mpm01' })).toEqual({ ...order, line });
    expect(read({ ...order, line })).toEqual({ ...order, line });
  });

  it.each([
    ['taken', order],
    ['MALFORMED', undefined],
    ['MALFORMED', null],
    ['MALFORMED', []],
    ['MALFORMED', { ...order, kind: 'rumour' }],
    ['MALFORMED', { ...order, orderId: '' }],
    ['MALFORMED', { ...order, orderId: 'a\u0000b' }],
    ['MALFORMED', { ...order, orderId: 'x'.repeat(201) }],
    ['MALFORMED', { ...order, quantity: 1.5 }],
    ['MALFORMED', { ...order, more: 1 }],
    ['TOO_LARGE', { ...order, more: 'x'.repeat(longestMessage) }],
    ['UNKNOWN_LINE', { ...order, line: 'welding/mpm02' }],
    ['taken', { ...order, time: baseMs + 600_000 }],
    ['TIME_OUT_OF_RANGE', { ...order, time: baseMs + 600_001 }],
    ['TIME_OUT_OF_RANGE', { ...order, time: baseMs - 731 * dayMs }],
    ['TIME_OUT_OF_RANGE', { ...order, time: baseMs / 1000 }],
    ['MALFORMED', { ...order, time: 1e300 }],
    ['taken', { ...order, plannedEnd: baseMs + 700 * dayMs }],
    ['TIME_OUT_OF_RANGE', { ...order, plannedEnd: baseMs + 731 * dayMs }],
    ['TIME_OUT_OF_RANGE', { ...order, plannedStart: baseMs + 2, plannedEnd: baseMs + 1 }],
  ])('%s: %#', (code, raw) => {
    expect(codeOf(raw)).toBe(code);
  });

  it('must name its line where the site has several', () => {
    const lines = [line, `${line}b`];
    expect(codeOf(order, lines)).toBe('UNKNOWN_LINE');
    expect(codeOf({ ...order, line: 'welding/mpm01b' }, lines)).toBe('taken');
  });

  it('that plans a calendar keeps within it', () => {
    const head = { kind: 'calendar', id: '1', source: 'mes', time: baseMs };
    const of = (from: number, to: number, busy: readonly (readonly [number, number])[]) =>
      codeOf({
        ...{ ...head, from: baseMs + from, to: baseMs + to },
        busy: busy.map(([start, end]) => ({ start: baseMs + start, end: baseMs + end })),
      });
    expect(
      of(0, 100, [
        [10, 20],
        [30, 100],
      ]),
    ).toBe('taken');
    expect(of(100, 100, [])).toBe('TIME_OUT_OF_RANGE');
    expect(of(0, 100, [[20, 20]])).toBe('TIME_OUT_OF_RANGE');
    expect(of(0, 100, [[90, 101]])).toBe('TIME_OUT_OF_RANGE');
    expect(of(5, 100, [[4, 20]])).toBe('TIME_OUT_OF_RANGE');
  });

  it('is refused in both languages, with what is wrong and where', () => {
    const found = read({ ...order, quantity: 'many' });
    if (!isRefusal(found)) return expect.fail('taken');
    expect(found.words.en).toMatch(/^not a message that is known: quantity: .*number/);
    expect(found.words.zh).toMatch(/^无法识别的消息：quantity：发现 "many"，应为数字$/);
  });
});

describe('texts and shapes that no database keeps', () => {
  it('half of a surrogate pair is refused: two texts would become one', () => {
    expect(codeOf({ ...order, orderId: 'WO-\ud800' })).toBe('MALFORMED');
    expect(codeOf({ ...order, orderId: 'WO-\u{1f525}' })).toBe('taken');
  });

  it('what is nested too deeply is refused, and no more than that', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as unknown;
    expect(codeOf({ ...order, project: deep })).toBe('TOO_LARGE');
  });
});
