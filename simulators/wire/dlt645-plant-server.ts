import type { PlantServer } from '../plant.ts';
import { createDlt645Server, type Dlt645Meter } from './dlt645-server.ts';

/** Offers meters to the program as a serial server to be opened. */
export const dlt645PlantServer = (options: {
  readonly name: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly meters: ReadonlyMap<string, Dlt645Meter>;
}): PlantServer => ({
  name: options.name,
  device: {
    name: options.name,
    protocol: 'dlt645',
    addresses: new Set(options.meters.keys()),
  },
  listen: async (context) => {
    const { host } = context;
    const server = await createDlt645Server({ ...options, ...context });
    return {
      endpoint: { host, port: server.port },
      stats: () => ({ ...server.stats }),
      close: () => server.close(),
    };
  },
});
