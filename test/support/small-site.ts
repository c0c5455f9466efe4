import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts';
import { type RegisterDevice, startRegisterDevice } from './modbus-registers.ts';

type PointText = {
  readonly name: string;
  readonly address: number;
  readonly en: string;
  readonly zh: string;
  readonly unit: string;
  readonly more?: string;
};

const profileText = (name: string, equipmentClass: string, points: readonly PointText[]): string =>
  [
    `profile: ${name}`,
    'version: 1',
    `title: { en: ${name}, zh: ${name} }`,
    'testedOn: simulator',
    'blocks:',
    `  - name: signals`,
    `    class: ${equipmentClass}`,
    '    periodMs: 200',
    '    table: holding',
    '    instances: [{ address: 0 }]',
    '    points:',
    ...points.map(
      ({ name: point, address, en, zh, unit, more = '' }) =>
        `      - { point: ${point}, address: ${address}, type: u16, unit: "${unit}", description: { en: "${en}", zh: "${zh}" }${more} }`,
    ),
    '',
  ].join('\n');

const meter = profileText('some-meter', 'meter', [
  {
    name: 'power',
    address: 0,
    en: 'Active power',
    zh: '有功功率',
    unit: 'W',
    more: ', decimals: 0',
  },
  { name: 'voltage', address: 1, en: 'Voltage', zh: '电压', unit: 'V', more: ', scale: 0.1' },
  {
    ...{ name: 'energyImport', address: 2, en: 'Energy taken', zh: '正向电能', unit: 'kWh' },
    more: ', kind: counter, rolloverAt: 65536',
  },
]);

const heatPump = profileText('some-heat-pump', 'heat_pump', [
  {
    name: 'flow',
    address: 0,
    en: 'Flow temperature',
    zh: '供水温度',
    unit: 'Cel',
    more: ', scale: 0.1',
  },
  {
    name: 'return',
    address: 1,
    en: 'Return temperature',
    zh: '回水温度',
    unit: 'Cel',
    more: ', scale: 0.1',
  },
  { name: 'pressure', address: 2, en: 'Pressure', zh: '压力', unit: 'bar', more: ', maximum: 10' },
]);

/** A profile of many points, to see that the page can carry them. */
const manyPoints = (count: number): string =>
  profileText(
    'many-points',
    'rack',
    Array.from({ length: count }, (_, index) => ({
      name: `p${index}`,
      address: index,
      en: `Point ${index}`,
      zh: `测点 ${index}`,
      unit: '1',
    })),
  );

const siteText = (ports: {
  readonly device: number;
  readonly api: number;
  readonly broker: number;
  readonly racks: number;
  readonly auth: 'none' | 'token';
}): string => `version: 1
site: { enterprise: acme, site: dairy, name: { en: Dairy, zh: 乳品厂 }, timeZone: Asia/Shanghai }
api: { port: ${ports.api}, auth: ${ports.auth} }
broker: { port: ${ports.broker} }
sources:
  - id: cellar
    kind: modbus
    transport: { type: tcp, host: 127.0.0.1, port: ${ports.device}, roundTripMs: 1 }
    devices:
      - { unitId: 1, profile: some-meter, area: house, line: supply, equipment: main }
      - { unitId: 2, profile: some-heat-pump, area: house, line: heating, equipment: hp1 }
${Array.from(
  { length: ports.racks },
  (_, index) =>
    `      - { unitId: ${10 + index}, profile: many-points, area: hall, line: racks, equipment: r${index} }\n`,
).join('')}kpis:
  - { kpi: gridImport, equipment: house/supply/total, inputs: { energy: house/supply/main/energyImport } }
calculated:
  - equipment: house/heating/hp1
    point: spread
    unit: Cel
    expression: flow - return
    description: { en: Spread, zh: 供回水温差 }
`;

const pointsOfRack = 100;

export type SmallSite = {
  readonly gateway: GatewayProcess;
  /** Unit 1 is the meter, unit 2 the heat pump, racks from unit 10 on. */
  readonly device: RegisterDevice;
  stop(): Promise<void>;
};

/** A site like nobody's demo: one meter, one heat pump, and `racks` of a hundred points each. */
export const startSmallSite = async (
  racks = 0,
  auth: 'none' | 'token' = 'none',
): Promise<SmallSite> => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-small-site-'));
  const device = await startRegisterDevice();
  device.set(0, [1234, 2315, 500], 1);
  device.set(0, [451, 389, 2], 2);
  const rack = Array.from({ length: pointsOfRack }, (_, index) => index);
  for (let index = 0; index < racks; index += 1) device.set(0, rack, 10 + index);
  mkdirSync(join(folder, 'profiles'));
  writeFileSync(join(folder, 'profiles/some-meter.yaml'), meter);
  writeFileSync(join(folder, 'profiles/some-heat-pump.yaml'), heatPump);
  writeFileSync(join(folder, 'profiles/many-points.yaml'), manyPoints(pointsOfRack));
  const file = join(folder, 'site.yaml');
  const [api, broker] = [await freePort(), await freePort()];
  writeFileSync(file, siteText({ device: device.port, api, broker, racks, auth }));
  const gateway = await startGatewayProcess(['run', '--config', file]);
  return {
    gateway,
    device,
    stop: async () => {
      await gateway.stop('SIGKILL');
      await device.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
