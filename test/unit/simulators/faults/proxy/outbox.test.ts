import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Outbox } from '../../../../../simulators/faults/proxy/outbox.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

const create = () => {
  const sent: [number, string][] = [];
  const state = { takesMore: true, isFinished: false };
  const outbox = new Outbox({
    nowMs: () => Date.now(),
    write: (bytes) => {
      sent.push([Date.now(), bytes.toString()]);
      return state.takesMore;
    },
    onFinished: () => {
      state.isFinished = true;
    },
  });
  const push = (text: string, delayMs = 0): void =>
    outbox.push({ bytes: Buffer.from(text), delayMs });
  return { outbox, sent, state, push };
};

describe('the queue of a direction', () => {
  it('sends at once what need not wait', () => {
    const { outbox, sent, push } = create();
    push('a');
    push('');
    expect([sent, outbox.queuedBytes]).toStrictEqual([[[0, 'a']], 0]);
  });

  it('keeps the order where a later parcel waits for less', () => {
    const { sent, push } = create();
    push('a', 100);
    push('b', 20);
    push('c');
    vi.advanceTimersByTime(99);
    expect(sent).toStrictEqual([]);
    vi.advanceTimersByTime(1);
    expect(sent).toStrictEqual([
      [100, 'a'],
      [100, 'b'],
      [100, 'c'],
    ]);
  });

  it('sends nothing while it is stalled, and everything afterwards', () => {
    const { outbox, sent, push } = create();
    outbox.setStalled(true);
    push('a');
    push('bc');
    vi.advanceTimersByTime(1000);
    expect([sent, outbox.queuedBytes]).toStrictEqual([[], 3]);
    outbox.setStalled(false);
    outbox.pump();
    expect(sent).toStrictEqual([
      [1000, 'a'],
      [1000, 'bc'],
    ]);
  });

  it('keeps to a rate over the long run, in small parts', () => {
    const { outbox, sent, push } = create();
    outbox.setRate(1000);
    push('x'.repeat(2000));
    vi.advanceTimersByTime(1000);
    const bytes = sent.reduce((sum, [, text]) => sum + text.length, 0);
    expect(bytes).toBe(1000);
    expect(sent.length).toBe(20);
    outbox.setRate(undefined);
    outbox.pump();
    expect(outbox.queuedBytes).toBe(0);
  });

  it('waits for a socket that wants to drain', () => {
    const { outbox, sent, state, push } = create();
    state.takesMore = false;
    push('a');
    push('b');
    expect(sent).toStrictEqual([[0, 'a']]);
    state.takesMore = true;
    outbox.drained();
    expect(sent.map(([, text]) => text)).toStrictEqual(['a', 'b']);
  });

  it('is finished when the last parcel is gone, and not before', () => {
    const { outbox, state, push } = create();
    push('a', 50);
    outbox.end();
    expect(state.isFinished).toBe(false);
    vi.advanceTimersByTime(50);
    expect(state.isFinished).toBe(true);
  });

  it('throws away what waits and leaves no timer', () => {
    const { outbox, sent, push } = create();
    push('abc', 50);
    expect(outbox.queuedBytes).toBe(3);
    outbox.clear();
    expect([outbox.queuedBytes, vi.getTimerCount()]).toStrictEqual([0, 0]);
    vi.advanceTimersByTime(100);
    expect(sent).toStrictEqual([]);
  });
});
