import type { Framing } from '../../simulators/faults/fault-lookup.ts';
import { FaultTable } from '../../simulators/faults/fault-table.ts';
import { type ProxyServer, startProxy } from '../../simulators/faults/proxy/proxy.ts';

/** The proxy of the simulators inside the test's own process, in front of any server of 127.0.0.1. */
export type FaultProxy = {
  readonly port: number;
  /** Asks for a fault as `POST /faults` does, without its device; the result ends it. */
  fault(kind: string, options?: object): () => void;
  /** Ends all faults. */
  heal(): void;
  stats(): ReturnType<ProxyServer['stats']>;
  close(): Promise<void>;
};

const name = 'proxy.test';

export const startFaultProxy = async (
  targetPort: number,
  { framing = 'chunks', seed = 0 }: { readonly framing?: Framing; readonly seed?: number } = {},
): Promise<FaultProxy> => {
  const faults = new FaultTable([{ name, protocol: 'proxy', framing }], 0);
  const host = '127.0.0.1';
  const target = { host, port: targetPort };
  const proxy = await startProxy({ name, host, port: 0, target, framing, seed, faults });
  return {
    port: proxy.port,
    fault: (kind, options = {}) => {
      const added = faults.add({ device: name, kind, ...options });
      return () => {
        for (const { id } of added) faults.remove(id);
      };
    },
    heal: () => faults.clear(),
    stats: () => proxy.stats(),
    close: async () => {
      faults.clear();
      await proxy.close();
    },
  };
};
