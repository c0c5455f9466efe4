import { beforeEach, describe, expect, it } from 'vitest';
import { DeafCheck } from '../../../../adapters/opcua/deaf-check.ts';
import type { NodeTarget } from '../../../../adapters/opcua/layout.ts';
import type { DataValueLike } from '../../../../adapters/opcua/value-writer.ts';

const targets = Array.from({ length: 5 }, (_, index) => ({ index }) as NodeTarget);
const [node] = targets as [NodeTarget];
const bad = 0x8000_0000;

const data = (value: unknown, status = 0): DataValueLike => ({
  value: { dataType: 11, arrayType: 0, value },
  statusCode: { value: status },
});

const intervalMs = 1000;
let check: DeafCheck;
let nowMs: number;

const connect = (): void => check.begin({ nodeCount: targets.length, nowMs });

beforeEach(() => {
  check = new DeafCheck(intervalMs);
  nowMs = 0;
  connect();
});

/** Looks when the time has come, and says whether the subscription is deaf to the first node. */
const look = (read: DataValueLike): boolean => {
  while (!check.isDue(nowMs)) nowMs += 100;
  check.choose([node], 10, nowMs);
  return check.compare(node, read) !== undefined;
};

describe('a subscription', () => {
  it('is deaf when three looks in a row see what was never told', () => {
    check.isTold(0, data(1));
    expect([look(data(2)), look(data(2)), look(data(3))]).toEqual([false, false, true]);
  });

  it('is deaf to a node of which nothing came at all', () => {
    expect([look(data(2)), look(data(2)), look(data(2))]).toEqual([false, false, true]);
  });

  it('is deaf when it does not tell that a value is good again', () => {
    check.isTold(0, data(null, bad));
    expect([look(data(2)), look(data(2)), look(data(2))]).toEqual([false, false, true]);
  });

  it.each([
    ['a value that stays', [1, 1, 1, 1, 1]],
    ['a value that comes back to what was told', [2, 2, 1, 2, 2, 1, 2, 2, 1]],
    ['an array that stays', [1, 1, 1]],
  ])('is not deaf because of %s', (_name, reads) => {
    check.isTold(0, data(1));
    expect(reads.some((value) => look(data(value)))).toBe(false);
  });

  it('is not deaf while it tells something of the node between the looks', () => {
    for (let value = 0; value < 10; value += 1) {
      check.isTold(0, data(value));
      expect(look(data(value + 0.5))).toBe(false);
    }
  });

  it('is not judged by reads that fail', () => {
    check.isTold(0, data(1));
    for (let i = 0; i < 5; i += 1) expect(look(data(null, bad))).toBe(false);
  });

  it('compares arrays by their elements', () => {
    check.isTold(0, data(new Float32Array([1, 2])));
    const looks = [new Float32Array([1, 2]), [1, 2], [1, 2]].map((value) => look(data(value)));
    expect(looks).toEqual([false, false, false]);
    for (const [i, isDeaf] of [false, false, true].entries()) {
      expect([i, look(data([1, 3]))]).toEqual([i, isDeaf]);
    }
  });
});

describe('looks', () => {
  it('are never due where the interval is 0', () => {
    check = new DeafCheck(0);
    connect();
    expect(check.isDue(1e9)).toBe(false);
  });

  it('give the server twice the time that it may take to tell a change', () => {
    check.allow(3000);
    check.allow(100);
    expect([check.isDue(5999), check.isDue(6000)]).toEqual([false, true]);
  });

  it('come round to every node that is quiet, and spare those that speak', () => {
    const seen: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      check.isTold(3, data(i));
      seen.push(...check.choose(targets, 2, nowMs).map(({ index }) => index));
    }
    expect(seen).toEqual([0, 1, 2, 4, 0, 1, 2, 4]);
  });

  it('take those under suspicion first', () => {
    check.choose(targets, 2, nowMs);
    check.compare(targets[4] as NodeTarget, data(9));
    const chosen = check.choose(targets, 2, nowMs).map(({ index }) => index);
    expect(chosen[0]).toBe(4);
    expect(chosen).toHaveLength(2);
  });

  it('come half as often after each new connection that did not help, until the node speaks', () => {
    const verdictAfterMs = (): number => {
      connect();
      check.isTold(0, data(1));
      const startMs = nowMs;
      while (!look(data(2)));
      return nowMs - startMs;
    };
    expect([verdictAfterMs(), verdictAfterMs(), verdictAfterMs()]).toEqual([3000, 6000, 12_000]);
    for (let i = 0; i < 20; i += 1) verdictAfterMs();
    expect(verdictAfterMs()).toBe(3 * 64 * intervalMs);
    check.isTold(0, data(5));
    check.isTold(0, data(6));
    look(data(6));
    expect(verdictAfterMs()).toBe(3000);
  });
});
