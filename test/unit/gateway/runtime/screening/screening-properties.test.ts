import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { absentStatus, statusCodes } from '../../../../../gateway/core/quality.ts';
import { Screening } from '../../../../../gateway/runtime/screening/screening.ts';
import { testDirectory, testGroup } from '../../../../support/entry-batch.ts';
import { testSeed } from '../../../../support/seed.ts';

const periodMs = 1000;
const staleMs = 6000;
const { groups } = testDirectory([
  testGroup({
    periodMs,
    channels: [
      { point: 'power', unit: 'kW', minimum: -100, maximum: 100, frozen: { afterMs: 3000 } },
      { point: 'temperature', unit: 'Cel', maximumRatePerSecond: 5, nature: 'measured' },
      { point: 'energy', kind: 'counter', unit: 'kWh', rolloverAt: 1000 },
      { point: 'state', kind: 'enum' },
    ],
  }),
]);
const group = groups[0] as (typeof groups)[number];

type Step = {
  readonly passedMs: number;
  readonly isLate: boolean;
  readonly samples: readonly (readonly [number, number])[];
};

const status = fc.constantFrom(
  statusCodes.good,
  statusCodes.good,
  statusCodes.good,
  statusCodes.uncertain,
  statusCodes.badTimeout,
  statusCodes.badOutOfRange,
  absentStatus,
);
const value = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ min: -150, max: 150, noNaN: true }),
);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    passedMs: fc.constantFrom(0, 500, 1000, 1000, 1000, 5000, 20_000),
    isLate: fc.boolean(),
    samples: fc.array(fc.tuple(value, status), { minLength: 4, maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 60 },
);

type Seen = {
  readonly timeMs: number;
  readonly incoming: readonly number[];
  readonly outgoing: readonly number[];
  readonly values: readonly number[];
};

const run = (input: readonly Step[]) => {
  const clock = { nowMs: 1_000_000 };
  const screening = new Screening({
    groups,
    sections: {},
    clock: { monotonicMs: () => clock.nowMs },
    event: () => undefined,
  });
  const seen: Seen[] = [];
  const own: Seen[] = [];
  const all: Seen[] = [];
  for (const { passedMs, isLate, samples } of input) {
    clock.nowMs += passedMs;
    const timeMs = clock.nowMs;
    screening.tick({ timeMs, watermarkMs: timeMs - 2000 }, (_, frame) => {
      const status = [...frame.status];
      own.push({ timeMs: frame.timeMs, incoming: status, outgoing: status, values: [0, 0, 0, 0] });
      return true;
    });
    all.push(...own.slice(all.filter((one) => own.includes(one)).length));
    const values = Float64Array.from(samples, ([number]) => number);
    const incoming = Uint32Array.from(samples, ([, code]) => code);
    const frame = { groupIndex: 0, timeMs, receivedMs: timeMs, values, status: incoming };
    const outgoing = [...screening.frame(group, frame, isLate)];
    seen.push({ timeMs, incoming: [...incoming], outgoing, values: [...values] });
    all.push(seen.at(-1) as Seen);
    expect([...values]).toEqual(samples.map(([number]) => number));
    expect([...incoming]).toEqual(samples.map(([, code]) => code));
  }
  return { seen, own, all, quality: screening.quality() };
};

const severity = (code: number): number => code >>> 30;

describe('screening', () => {
  it('only ever makes a sample worse, and leaves what is absent absent', () => {
    fc.assert(
      fc.property(steps, (input) => {
        for (const { incoming, outgoing } of run(input).seen) {
          for (const [channel, before] of incoming.entries()) {
            const after = outgoing[channel] as number;
            if (before === absentStatus) expect(after).toBe(absentStatus);
            else expect(severity(after)).toBeGreaterThanOrEqual(severity(before));
            if (severity(before) === severity(after) && severity(before) === 2) {
              expect(after).toBe(before);
            }
          }
        }
      }),
      { seed: testSeed() },
    );
  });

  it('decides the same of the same frames', () => {
    fc.assert(
      fc.property(steps, (input) => {
        expect(run(input)).toEqual(run(input));
      }),
      { seed: testSeed() },
    );
  });

  it('marks each sample that it makes worse exactly once, and never invents a reason', () => {
    fc.assert(
      fc.property(steps, (input) => {
        const { seen, own, quality } = run(input);
        for (const [channel, point] of group.pointNumbers.entries()) {
          const marks = quality.find((found) => found.point === point)?.marks ?? {};
          const { range = 0, rate = 0, frozen = 0, standing = 0, stopped = 0 } = marks;
          const worse = seen.filter(
            ({ incoming, outgoing }) => incoming[channel] !== outgoing[channel],
          ).length;
          const bySource = seen.filter(
            ({ incoming }) => incoming[channel] === statusCodes.badOutOfRange,
          ).length;
          const late = seen.filter(
            ({ incoming }, index) =>
              input[index]?.isLate === true && incoming[channel] === statusCodes.badOutOfRange,
          ).length;
          // A jump leaves a sample that is uncertain already as it is.
          const jumped = seen.filter(
            ({ outgoing }) => outgoing[channel] === statusCodes.uncertainSensorNotAccurate,
          ).length;
          const replaced = marks.replaced ?? 0;
          expect(jumped).toBeLessThanOrEqual(replaced);
          const isAllGood = seen.every(
            ({ incoming }) => incoming[channel] !== statusCodes.uncertain,
          );
          if (isAllGood) expect(jumped).toBe(replaced);
          expect(range - (bySource - late) + rate + frozen + standing + stopped + jumped).toBe(
            worse,
          );
          expect(marks.stale ?? 0).toBe(own.length);
        }
      }),
      { seed: testSeed() },
    );
  });

  it('prevents what a naive integrator adds beyond what was measured: the three close exactly', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const input = given.map((step) => ({ ...step, isLate: false }));
        const { all, quality } = run(input);
        const isUsable = (code: number): boolean => code === 0 || code === statusCodes.uncertain;
        let naive = 0;
        let measured = 0;
        let held = 0;
        let last: { readonly timeMs: number; readonly isBelieved: boolean } | undefined;
        for (const { timeMs, incoming, outgoing, values } of all) {
          const code = incoming[0] as number;
          if (code === absentStatus || (last !== undefined && timeMs <= last.timeMs)) continue;
          const isBelieved = isUsable(outgoing[0] as number);
          if (last !== undefined) {
            const hours = (timeMs - last.timeMs) / 3_600_000;
            naive += Math.abs(held) * hours;
            // Silence longer than this was said to be bad, and bad samples are no ends of measured time.
            const isMeasured = last.isBelieved && isBelieved && timeMs - last.timeMs <= staleMs;
            if (isMeasured) measured += Math.abs(held) * hours;
          }
          if (severity(code) < 2 || code === statusCodes.badOutOfRange) held = values[0] as number;
          last = { timeMs, isBelieved };
        }
        const prevented =
          quality.find(({ point }) => point === group.pointNumbers[0])?.preventedKwh ?? 0;
        expect(measured + prevented).toBeCloseTo(naive, 9);
      }),
      { seed: testSeed() },
    );
  });
});
