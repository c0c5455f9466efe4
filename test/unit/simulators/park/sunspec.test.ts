import { describe, expect, it } from 'vitest';
import {
  createSunSpecImage,
  type ModelLayout,
  ModelWriter,
  scaled,
} from '../../../../simulators/park/sunspec.ts';
import {
  batteryModel,
  inverterModel,
  meterModel,
} from '../../../../simulators/park/sunspec-models.ts';
import { sunSpecValues, walkSunSpec } from '../../../support/sunspec-walk.ts';

const identity = { model: 'X', serialNumber: 'S-1', unitId: 3 };

const deviceOf = (layouts: readonly ModelLayout[]) => {
  const { image, starts } = createSunSpecImage(identity, layouts);
  const read = (address: number, quantity: number): Buffer => {
    const bytes = image.read(address, quantity);
    if (bytes === undefined) throw new Error(`no registers ${address}+${quantity}`);
    return bytes;
  };
  return { image, starts, read };
};

const mixedModel = {
  id: 64_001,
  points: { U: 'uint16', I: 'int16', E: 'enum16', U2: 'uint32', Acc: 'acc32', B: 'bitfield32' },
} as const satisfies ModelLayout;

describe('the SunSpec image', () => {
  it('can be walked from marker to end, and ends there', async () => {
    const { image, starts, read } = deviceOf([inverterModel, meterModel, batteryModel]);
    const [inverterStart, meterStart, batteryStart] = starts as [number, number, number];
    new ModelWriter(image, inverterModel, inverterStart);
    new ModelWriter(image, meterModel, meterStart);
    new ModelWriter(image, batteryModel, batteryStart);
    const models = await walkSunSpec(read);
    expect(models.map(({ id }) => id)).toEqual([1, 103, 203, 802]);
    expect(models.map(({ data }) => data.readUInt16BE(2))).toEqual([66, 50, 105, 62]);
    expect(models.map(({ address }) => address)).toEqual([40_002, 40_070, 40_122, 40_229]);
    expect(image.read(40_293, 3)).toBeUndefined();
    expect(image.read(39_999, 1)).toBeUndefined();
  });

  it('names the device in the common model', async () => {
    const [common] = await walkSunSpec(deviceOf([]).read);
    if (common === undefined) throw new Error('no common model');
    const values = sunSpecValues(common);
    expect(values.text(2, 16)).toBe('Seamwatt simulated');
    expect(values.text(18, 16)).toBe('X');
    expect(values.text(50, 16)).toBe('S-1');
    expect(values.u16(66)).toBe(3);
    expect(values.u16(67)).toBe(0x8000);
  });

  it('begins with every point not implemented, each in the manner of its type', () => {
    const { image, starts, read } = deviceOf([mixedModel]);
    const start = starts[0] as number;
    new ModelWriter(image, mixedModel, start);
    expect(read(start, 11).toString('hex')).toBe('fa010009ffff8000ffffffffffff00000000ffffffff');
  });

  it('rounds, holds values inside their type and turns nonsense into not implemented', () => {
    const { image, starts, read } = deviceOf([mixedModel]);
    const start = starts[0] as number;
    const writer = new ModelWriter(image, mixedModel, start);
    writer.setAll({ U: 65_535, I: -40_000.4, E: 3.6, U2: 1_234_567, Acc: 1_234_567, B: 5 });
    expect(read(start + 2, 9).toString('hex')).toBe('fffe800100040012d6870012d68700000005');
    writer.setAll({ U: Number.NaN, I: undefined, E: Number.POSITIVE_INFINITY });
    expect(read(start + 2, 3).toString('hex')).toBe('ffff8000ffff');
  });

  it('divides by ten to the scale factor', () => {
    expect(scaled(50_400, 1)).toBe(5040);
    expect(scaled(50.4, -2)).toBeCloseTo(5040, 9);
  });
});
