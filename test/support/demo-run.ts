import { type DemoSite, type TestSite, writeDemoSite } from './demo-site.ts';
import { freePort } from './free-port.ts';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts';
import { type Simulator, startSimulator } from './simulator.ts';

/** The demo site as users run it, on free ports: simulators in real time, gateway, embedded broker, page. */
export type DemoRun = {
  readonly simulator: Simulator;
  readonly site: TestSite;
  readonly url: string;
  readonly brokerPort: number;
  /** The gateway that runs at present. */
  gateway(): GatewayProcess;
  /** Starts a gateway on the same port and data after the one before has ended. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

export const startDemo = async (
  change: (site: DemoSite) => void = () => undefined,
): Promise<DemoRun> => {
  const simulator = await startSimulator();
  const apiPort = await freePort();
  const brokerPort = await freePort();
  const site = await writeDemoSite(simulator, (demo) => {
    demo['api'] = { port: apiPort };
    demo['broker'] = { embedded: true, port: brokerPort };
    change(demo);
  });
  const start = (): Promise<GatewayProcess> => startGatewayProcess(['run', '--config', site.file]);
  let gateway = await start();
  return {
    simulator,
    site,
    url: gateway.url,
    brokerPort,
    gateway: () => gateway,
    restart: async () => {
      gateway = await start();
    },
    stop: async () => {
      await gateway.stop('SIGKILL');
      await simulator.stop();
      await site.remove();
    },
  };
};
