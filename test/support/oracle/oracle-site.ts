import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type FaultProxy, startFaultProxy } from '../fault-proxy.ts';
import { type GatewayProcess, startGatewayProcess } from '../gateway-process.ts';
import { type Influxd, startInfluxd } from '../peers/influxd.ts';
import { Mosquitto } from '../peers/mosquitto.ts';
import { type IdDevice, idProfile, startIdDevice } from './id-device.ts';

export const oracleDatabase = 'oracle';
export const meters = ['m1', 'm2', 'm3'] as const;

/** A gateway, killed and started again as the test pleases, between devices and a database and broker behind proxies. */
export class OracleSite {
  readonly devices: readonly IdDevice[];
  readonly influxd: Influxd;
  readonly broker: Mosquitto;
  readonly influxLink: FaultProxy;
  readonly brokerLink: FaultProxy;
  /** When it was killed, UTC epoch ms. */
  readonly killsMs: number[] = [];
  readonly journalFolder: string;
  readonly #folder: string;
  readonly #file: string;
  #gateway: GatewayProcess | undefined;

  private constructor(
    parts: Pick<OracleSite, 'devices' | 'influxd' | 'broker' | 'influxLink' | 'brokerLink'>,
  ) {
    this.devices = parts.devices;
    this.influxd = parts.influxd;
    this.broker = parts.broker;
    this.influxLink = parts.influxLink;
    this.brokerLink = parts.brokerLink;
    this.#folder = mkdtempSync(join(tmpdir(), 'seamwatt-oracle-'));
    this.#file = join(this.#folder, 'site.yaml');
    this.journalFolder = join(this.#folder, 'data', 'journal');
    mkdirSync(join(this.#folder, 'profiles'));
    writeFileSync(join(this.#folder, 'profiles', 'oracle-meter.yaml'), idProfile);
    writeFileSync(this.#file, stringify(this.#site()));
  }

  /** All but the gateway. */
  static async prepare(programs: { readonly influxd: string }, seed: number): Promise<OracleSite> {
    const devices = await Promise.all(meters.map((name) => startIdDevice(name)));
    const influxd = await startInfluxd({ program: programs.influxd });
    const broker = await Mosquitto.start();
    const influxLink = await startFaultProxy(influxd.port, { seed });
    const brokerLink = await startFaultProxy(broker.port, { seed });
    return new OracleSite({ devices, influxd, broker, influxLink, brokerLink });
  }

  #site(): object {
    return {
      version: 1,
      site: {
        ...{ enterprise: 'seamwatt', site: 'oracle', name: { en: 'Oracle', zh: '验证' } },
        ...{ timeZone: 'UTC', simulated: true },
      },
      data: { folder: 'data', journal: { syncMs: 200 } },
      api: { port: 0 },
      broker: { embedded: false },
      sources: this.devices.map(({ name, port }) => ({
        ...{ id: name, kind: 'modbus', timeoutMs: 300 },
        transport: { type: 'tcp', host: '127.0.0.1', port },
        devices: [
          { ...{ unitId: 1, profile: 'oracle-meter' }, area: 'a', line: 'l', equipment: name },
        ],
      })),
      sinks: [
        {
          ...{ id: 'influx', kind: 'influxdb', version: 1, timeoutMs: 2000 },
          ...{ url: `http://127.0.0.1:${this.influxLink.port}` },
          ...{ database: oracleDatabase, createDatabase: true },
        },
        {
          ...{ id: 'broker', kind: 'mqtt', publishTimeoutMs: 2000, connectTimeoutMs: 2000 },
          url: `mqtt://127.0.0.1:${this.brokerLink.port}`,
        },
      ],
    };
  }

  get gateway(): GatewayProcess {
    if (this.#gateway === undefined) throw new Error('no gateway runs');
    return this.#gateway;
  }

  async startGateway(): Promise<void> {
    this.#gateway = await startGatewayProcess(['run', '--config', this.#file]);
  }

  /** Ends it as a power cut ends a process; it stays down for `downMs`. */
  async killGateway(downMs: number): Promise<void> {
    await this.gateway.stop('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, downMs));
    // Until here a meter may have answered what the one that was killed had asked.
    this.killsMs.push(Date.now());
    await this.startGateway();
  }

  async stop(): Promise<void> {
    await this.#gateway?.stop('SIGKILL');
    await this.influxLink.close();
    await this.brokerLink.close();
    await this.influxd.stop();
    await this.broker.remove();
    for (const device of this.devices) await device.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
