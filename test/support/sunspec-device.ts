import type { RegisterDevice } from './modbus-registers.ts';

/** A model as its registers behind id and length. */
export type ModelRegisters = { readonly id: number; readonly data: readonly number[] };

export type SunSpecPlace = { readonly base?: number; readonly unitId?: number };

/** Registers of a text, filled up with zeros. */
export const textRegisters = (text: string, count: number): readonly number[] => {
  const bytes = Buffer.alloc(count * 2);
  bytes.write(text);
  return Array.from({ length: count }, (_, index) => bytes.readUInt16BE(index * 2));
};

/** A model of zeros but for what is told, at offsets from its id as the specification counts them. */
export const modelRegisters = (
  id: number,
  length: number,
  at: Readonly<Record<number, number | readonly number[]>> = {},
): ModelRegisters => {
  const data = new Array<number>(length).fill(0);
  for (const [offset, value] of Object.entries(at)) {
    const values = typeof value === 'number' ? [value] : value;
    for (const [index, register] of values.entries()) {
      data[Number(offset) - 2 + index] = register & 0xffff;
    }
  }
  return { id, data };
};

export const commonModel = (serialNumber = 'SN-7', length = 66): ModelRegisters =>
  modelRegisters(1, length, {
    2: textRegisters('Maker', 16),
    18: textRegisters('Model X', 16),
    42: textRegisters('1.2', 8),
    50: textRegisters(serialNumber, 16),
  });

/** Writes marker, models and end model; returns where each model begins. */
export const writeSunSpec = (
  device: Pick<RegisterDevice, 'set'>,
  models: readonly ModelRegisters[],
  { base = 40_000, unitId = 1 }: SunSpecPlace = {},
): readonly number[] => {
  device.set(base, [0x5375, 0x6e53], unitId);
  let address = base + 2;
  const starts: number[] = [];
  for (const { id, data } of models) {
    starts.push(address);
    device.set(address, [id, data.length, ...data], unitId);
    address += 2 + data.length;
  }
  device.set(address, [0xffff, 0], unitId);
  return starts;
};
