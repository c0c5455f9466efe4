import { expect, test } from 'vitest';
import { PoisonGuard, type Suspect } from '../../../../adapters/mqtt/poison-guard.ts';

const message = (firstSeq: number): Suspect => ({
  topic: 'a/_frames',
  firstSeq,
  payloadBytes: 100,
  entryCount: 1,
});

test('one loss accuses nobody, but messages go out one by one', () => {
  const guard = new PoisonGuard();
  expect(guard.isCautious).toBe(false);
  guard.lost([message(1)]);
  expect(guard.isCautious).toBe(true);
  expect(guard.condemned).toBeUndefined();
});

test('two more losses over the same lone message condemn it', () => {
  const guard = new PoisonGuard();
  guard.lost([message(1), message(2)]);
  guard.lost([message(2)]);
  expect(guard.isCondemned(message(2))).toBe(false);
  guard.lost([message(2)]);
  expect(guard.isCondemned(message(2))).toBe(true);
  expect(guard.isCondemned(message(1))).toBe(false);
  expect(guard.isCondemned({ topic: 'b/_frames', firstSeq: 2 })).toBe(false);
  expect(guard.condemned).toEqual(message(2));
});

test('losses over different messages are an outage', () => {
  const guard = new PoisonGuard();
  for (const seq of [1, 2, 1, 2, 3, 1]) guard.lost([message(seq)]);
  expect(guard.condemned).toBeUndefined();
});

test('a loss with several or none under way accuses nobody', () => {
  const guard = new PoisonGuard();
  for (let time = 0; time < 5; time += 1) {
    guard.lost([message(1), message(2)]);
    guard.lost([]);
  }
  expect(guard.condemned).toBeUndefined();
  expect(guard.isCautious).toBe(true);
});

test('a batch that went through clears all suspicion', () => {
  const guard = new PoisonGuard();
  for (let time = 0; time < 3; time += 1) guard.lost([message(1)]);
  guard.clear();
  expect(guard.isCautious).toBe(false);
  expect(guard.condemned).toBeUndefined();
  guard.lost([message(1)]);
  guard.lost([message(1)]);
  expect(guard.condemned).toBeUndefined();
});
