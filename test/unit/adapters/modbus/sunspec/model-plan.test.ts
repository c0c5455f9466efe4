import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ModelPlan,
  planModel,
  requestsOf,
} from '../../../../../adapters/modbus/sunspec/model-plan.ts';
import { resolveEntry } from '../../../../../adapters/modbus/sunspec/model-points.ts';
import { sunSpecEntrySchema } from '../../../../../adapters/modbus/sunspec/sunspec-entry.ts';
import { runsOf, testSeed } from '../../../../support/seed.ts';

const variantOf = (entry: Record<string, unknown>) => {
  const group = resolveEntry(
    sunSpecEntrySchema.parse({ name: 'g', class: 'c', periodMs: 1000, ...entry }),
  );
  const [variant] = group.variants;
  if (variant === undefined) throw new Error('no variant');
  return variant;
};

const plan = (entry: Record<string, unknown>, length: number, maxRegisters = 125): ModelPlan =>
  planModel(variantOf(entry), { length, maxRegisters });

const inverter = { models: [103], points: ['power', 'frequency', 'status'] };
const inputs = (repeat: number) => ({
  models: [160],
  repeat,
  points: ['dcCurrent', 'dcVoltage', 'dcPower', 'status'],
});

describe('planModel', () => {
  it('reads a model with its id, its length and its scale factors by one request', () => {
    const { segments, scaleFactors, absent } = plan(inverter, 50);
    expect(segments).toEqual([{ at: 0, length: 39 }]);
    expect([scaleFactors, absent]).toEqual([undefined, []]);
  });

  it('leaves id and length out where only they do not fit', () => {
    const { segments } = plan({ models: [213], points: ['current', 'events'] }, 124);
    expect(segments).toEqual([{ at: 2, length: 124 }]);
  });

  it('splits a model of 20 inputs between them, and reads the scale factors again', () => {
    const made = plan(inputs(20), 408);
    expect(
      made.segments
        .map(({ at }) => at)
        .slice(1)
        .every((at) => (at - 10) % 20 === 9),
    ).toBe(true);
    expect(made.scaleFactors).toEqual({ at: 2, length: 3 });
    const requests = requestsOf(made);
    expect(requests.every(({ length }) => length <= 125)).toBe(true);
    expect(requests.slice(2).filter(({ at }) => at === 2)).toHaveLength(made.segments.length - 1);
  });

  it('reads the scale factors first where a device takes too few registers to reach them', () => {
    const made = plan({ models: [802], points: ['stateOfCharge', 'cellVoltageMax'] }, 62, 30);
    expect(requestsOf(made)[0]).toEqual(made.scaleFactors);
  });

  it('does not ask for what the device does not have: model 1 without its pad', () => {
    const common = { models: [1], points: ['manufacturer', 'unitAddress'] };
    expect(plan(common, 65).absent).toEqual([]);
    expect(plan(common, 64)).toMatchObject({ absent: [1], segments: [{ at: 0, length: 18 }] });
  });

  it('believes the length of model 160, not the number of inputs it claims', () => {
    const made = plan(inputs(4), 8 + 2 * 20 + 7);
    expect(made.channels).toHaveLength(8);
    expect(made.absent).toHaveLength(8);
    expect(made.segments).toEqual([{ at: 0, length: 48 }]);
  });

  it('has each wanted register in a request, none longer than allowed, for any limit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 125 }),
        fc.integer({ min: 1, max: 60 }),
        (most, count) => {
          const variant = variantOf(inputs(count));
          const made = planModel(variant, { length: 8 + 20 * count, maxRegisters: most });
          const requests = requestsOf(made);
          expect(Math.max(...requests.map(({ length }) => length))).toBeLessThanOrEqual(most);
          const isRead = (at: number): boolean =>
            requests.some((one) => at >= one.at && at < one.at + one.length);
          for (const channel of made.channels) {
            const point = variant.points[channel]?.point;
            expect(isRead(point?.address ?? -1)).toBe(true);
            const factor = point?.scaleFactorAddress;
            if (factor !== undefined) expect(isRead(factor)).toBe(true);
          }
        },
      ),
      { seed: testSeed(), numRuns: runsOf(200) },
    );
  });
});
