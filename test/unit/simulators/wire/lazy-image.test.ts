import { describe, expect, it } from 'vitest';
import { LazyImage } from '../../../../simulators/wire/lazy-image.ts';

describe('a lazy register image', () => {
  const create = () => {
    const model = { value: 1, writes: [0, 0] };
    const image = new LazyImage(
      [0, 1].map((index) => ({
        block: [100 * index, 2] as const,
        write: (registers) => {
          model.writes[index] = (model.writes[index] ?? 0) + 1;
          registers.setU16(100 * index, model.value);
        },
      })),
    );
    return { model, image };
  };

  it('writes the block that is read, once a step', () => {
    const { model, image } = create();
    expect(image.read(0, 2)?.readUInt16BE(0)).toBe(1);
    image.read(1, 1);
    expect(model.writes).toStrictEqual([1, 0]);
    model.value = 2;
    expect(image.read(0, 1)?.readUInt16BE(0)).toBe(1);
    image.invalidate();
    expect(image.read(0, 1)?.readUInt16BE(0)).toBe(2);
    expect(image.read(100, 1)?.readUInt16BE(0)).toBe(2);
    expect(model.writes).toStrictEqual([2, 1]);
  });

  it('has nothing between its blocks', () => {
    expect(create().image.read(1, 2)).toBeUndefined();
    expect(create().image.read(50, 1)).toBeUndefined();
  });

  it('takes a copy of the present values, which stands still', () => {
    const { model, image } = create();
    image.read(0, 1);
    model.value = 3;
    image.invalidate();
    const copy = image.snapshot();
    model.value = 4;
    image.invalidate();
    expect(copy.read(0, 1)?.readUInt16BE(0)).toBe(3);
    expect(copy.read(100, 1)?.readUInt16BE(0)).toBe(3);
    expect(image.read(0, 1)?.readUInt16BE(0)).toBe(4);
  });
});
