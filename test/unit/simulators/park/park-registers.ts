import type { ModbusUnit } from '../../../../simulators/wire/modbus-server.ts';
import { sunSpecValues, walkSunSpec } from '../../../support/sunspec-walk.ts';

/** All models of a unit, read from its image. */
export const modelsOf = (unit: ModbusUnit | undefined) =>
  walkSunSpec((address, length) => {
    const bytes = unit?.holding?.read(address, length);
    if (bytes === undefined) throw new Error(`no registers ${address}+${length}`);
    return bytes;
  });

export const modelOf = async (unit: ModbusUnit | undefined, id: number) => {
  const model = (await modelsOf(unit)).find((candidate) => candidate.id === id);
  if (model === undefined) throw new Error(`no model ${id}`);
  return sunSpecValues(model);
};

export const range = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + i);
