import type { PlantServer } from '../plant.ts';
import { createModbusServer, type ModbusUnit } from './modbus-server.ts';

/** Offers register images to the program as a Modbus TCP server to be opened. */
export const modbusPlantServer = (options: {
  readonly name: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly units: ReadonlyMap<number, ModbusUnit>;
}): PlantServer => ({
  name: options.name,
  device: deviceOf(options),
  listen: async (context) => {
    const { host } = context;
    const server = await createModbusServer({ ...options, ...context });
    return {
      endpoint: { host, port: server.port },
      stats: () => ({ ...server.stats }),
      close: () => server.close(),
    };
  },
});

const deviceOf = ({ name, units }: { name: string; units: ReadonlyMap<number, ModbusUnit> }) => {
  const layouts = [...units.values()].flatMap(({ layout }) => layout ?? []);
  return {
    name,
    protocol: 'modbus',
    counted: layouts.some(({ counters }) => counters.length > 0),
    dated: layouts.some(({ clockAddress }) => clockAddress !== undefined),
    numbered: layouts.some(({ serialNumber }) => serialNumber !== undefined),
  } as const;
};
