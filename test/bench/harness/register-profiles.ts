/** Profiles of the devices in c/devices.c, and how they are read. */

/** Registers of one device: the time of the answer in three, seven that count seconds, and signals. */
export const deviceRegisters = 100;
const firstSignal = 10;

type Point = Readonly<Record<string, unknown>>;

const text = (words: string): object => ({ en: words, zh: words });

const register = (point: string, address: number, more: object = {}): Point => ({
  point,
  address,
  type: 'u16',
  description: text(point),
  ...more,
});

/** True throughout: the signals wander about the middle of their range. */
const flag = (point: string, address: number): Point =>
  register(point, address, { type: 'bit', bit: 15 });

const counter = (point: string, address: number): Point =>
  register(point, address, { kind: 'counter', unit: 'Wh', rolloverAt: 65_536 });

/** With a deadband as the profiles of real devices have: noise is no news to people. */
const scaled = (point: string, address: number, unit: string): Point =>
  register(point, address, { unit, scale: 0.01, decimals: 2, deadband: 2 });

const stamps = ['high', 'middle', 'low'].map((part, at) => register(`stamp.${part}`, at));

/** What the KPIs of a class read; every other register is a plain point, so that a frame has 100 channels. */
const named: Readonly<Record<string, readonly Point[]>> = {
  device: [],
  weld_seam: [
    scaled('arcPower', 10, 'W'),
    scaled('offsetY', 11, 'mm'),
    scaled('offsetZ', 12, 'mm'),
    scaled('confidence', 13, '1'),
    flag('arcOn', 14),
    flag('seamFound', 15),
  ],
  weld_line: [
    scaled('travelSpeed', 10, 'm/min'),
    ...Array.from({ length: 12 }, (_, place) =>
      scaled(`deformation.z.${String(place + 1).padStart(2, '0')}`, 11 + place, 'mm'),
    ),
  ],
  pv_inverter: [counter('energyTotal', 3), scaled('power', 10, 'W')],
  meter: [counter('energyImport', 3), counter('energyExport', 4)],
};

export type DeviceClass = 'device' | 'weld_seam' | 'weld_line' | 'pv_inverter' | 'meter';

export const profileName = (deviceClass: DeviceClass): string =>
  `bench-${deviceClass.replace('_', '-')}`;

/** 100 registers in one block, each a point. */
export const registerProfile = (
  deviceClass: DeviceClass,
  periodMs: number,
): { readonly profile: string } => {
  const known = [...stamps, ...(named[deviceClass] ?? [])];
  const taken = new Set(known.map((point) => point['address']));
  const points = [...known];
  for (let address = 0; address < deviceRegisters; address += 1) {
    if (taken.has(address)) continue;
    const name = `r${String(address).padStart(2, '0')}`;
    points.push(address < firstSignal ? register(name, address) : scaled(name, address, '1'));
  }
  const block = {
    name: 'signals',
    class: deviceClass,
    periodMs,
    instances: [{ address: 0 }],
    points,
  };
  return {
    profile: profileName(deviceClass),
    ...{ version: 1, title: text('Bench'), testedOn: 'simulator', blocks: [block] },
  };
};

export type BenchDevice = {
  readonly deviceClass: DeviceClass;
  readonly area: string;
  readonly line: string;
  readonly equipment: string;
};

/** A source of its own, so a connection of its own, for each device. */
export const registerSources = (devices: readonly BenchDevice[], port: number): readonly object[] =>
  devices.map(({ deviceClass, ...place }, index) => ({
    id: `device${index}`,
    kind: 'modbus',
    transport: { type: 'tcp', host: '127.0.0.1', port },
    devices: [{ unitId: 1, profile: profileName(deviceClass), ...place }],
  }));

export const plainDevices = (count: number): readonly BenchDevice[] =>
  Array.from({ length: count }, (_, index) => ({
    deviceClass: 'device',
    ...{ area: 'bench', line: 'devices', equipment: `device${index}` },
  }));
