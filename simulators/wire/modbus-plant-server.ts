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
  device: { name: options.name, protocol: 'modbus' },
  listen: async ({ host, faults, beforeAnswer }) => {
    const server = await createModbusServer({ ...options, host, faults, beforeAnswer });
    return {
      endpoint: { host, port: server.port },
      stats: () => ({ ...server.stats }),
      close: () => server.close(),
    };
  },
});
