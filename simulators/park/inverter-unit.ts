import type { ModbusUnit } from '../wire/modbus-server.ts';
import { SparseImage } from '../wire/register-image.ts';
import type { CounterPlace, UnitLayout } from '../wire/unit-layout.ts';
import {
  type DerOptions,
  derCapacity,
  derControls,
  derMeasure,
  derMeasureDc,
} from './der-points.ts';
import { EnergyRegister, startReadingWh } from './energy-register.ts';
import { type InverterReading, inverterReading } from './inverter-reading.ts';
import {
  floatInverter,
  type InverterSource,
  integerInverter,
  inverterControls,
  inverterInputs,
  inverterNameplate,
  inverterSettings,
  inverterStatus,
  mpptLayout,
} from './inverter-sunspec.ts';
import { huaweiBlocks, huaweiParts, sungrowBlocks, sungrowParts } from './inverter-vendors.ts';
import type { ParkView } from './park-view.ts';
import type { PvPlant } from './pv-plant.ts';
import { parkSite } from './site.ts';
import { controls123, nameplate120, settings121, status122 } from './sunspec/control-models.ts';
import {
  type DeviceIdentity,
  modelAddresses,
  RenderedImage,
  type ServedModel,
  sunSpecDevice,
} from './sunspec/image.ts';
import {
  inverter101,
  inverter102,
  inverter103,
  inverter111,
  inverter112,
  inverter113,
} from './sunspec/inverter-models.ts';

const layouts = [inverter103, nameplate120, settings121, status122, controls123, mpptLayout];
const [model103 = 0, , , model122 = 0] = modelAddresses(layouts);

/** Serial number of model 1. */
export const serialNumberPlace = [40_052, 16] as const;

const counters: readonly CounterPlace[] = [
  { address: model103 + 24, registers: 2 },
  { address: model122 + 5, registers: 4 },
  { address: 32_106, registers: 2 },
  { address: 32_114, registers: 2 },
  { address: 5002, registers: 1, table: 'input' },
  { address: 5003, registers: 2, order: 'CDAB', table: 'input' },
];

const inverterLayout: UnitLayout = {
  table: 'holding',
  counters,
  alive: [],
  serialNumber: serialNumberPlace,
};

/** An inverter: SunSpec and a Huawei-like map in its holding registers, a Sungrow-like one in its input registers. */
export class InverterUnit {
  readonly unit: ModbusUnit;
  readonly source: InverterSource;

  constructor(options: {
    readonly seed: number;
    readonly view: ParkView;
    readonly pv: PvPlant;
    /** 1…50. */
    readonly unitId: number;
  }) {
    const { seed, view, pv, unitId } = options;
    const register = new EnergyRegister(startReadingWh(seed, unitId, 400e6));
    const source = {
      register,
      read: remembered(view, () => inverterReading(view, pv, unitId - 1)),
    };
    this.source = source;
    const input = new SparseImage(sungrowBlocks);
    this.unit = {
      holding: sunSpecDevice({
        identity: identityOf(unitId, unitId),
        models: [
          integerInverter(inverter103, 3, source),
          inverterNameplate(),
          inverterSettings(),
          inverterStatus(source),
          inverterControls(source),
          inverterInputs(source),
        ],
        version: view.version,
        extra: { blocks: huaweiBlocks, attach: huaweiParts(source, unitId) },
      }),
      input: new RenderedImage(input, sungrowParts(input, source, unitId), view.version),
      layout: inverterLayout,
    };
  }

  get reading(): InverterReading {
    return this.source.read();
  }
}

/** Several parts of a device show the same reading. */
const remembered = <T>(view: ParkView, read: () => T): (() => T) => {
  let known: { readonly version: number; readonly value: T } | undefined;
  return () => {
    const version = view.version();
    if (known?.version !== version) known = { version, value: read() };
    return known.value;
  };
};

const identityOf = (inverter: number, unitId: number): DeviceIdentity => ({
  model: 'PV-112',
  serialNumber: `SIM-PV-${String(inverter).padStart(3, '0')}`,
  unitId,
});

const derOf = (view: ParkView, source: InverterSource): DerOptions => ({
  ratedW: parkSite.inverterLimitKw * 1000,
  wattScale: 1,
  portType: 1,
  read: () => {
    const reading = source.read();
    return {
      ...reading,
      injectedWh: source.register.runWh(reading.energyWh),
      absorbedWh: 0,
      // Model 701 counts the states from 0, the models of inverters from 1.
      inverterState: reading.state - 1,
      source: view.moment.connection.source,
      isGridForming: false,
    };
  },
});

/** Inverter 1 as other models show it, by unit id: no further energy, but something to read each model from. */
export const inverterViews = (
  view: ParkView,
  source: InverterSource,
): ReadonlyMap<number, ModbusUnit> => {
  const der = derOf(view, source);
  const derModels = [derMeasure(der), derCapacity(der), ...derControls(der), derMeasureDc(der)];
  const views: readonly (readonly [number, readonly ServedModel[]])[] = [
    [61, [integerInverter(inverter101, 1, source)]],
    [62, [integerInverter(inverter102, 2, source)]],
    [63, [floatInverter(inverter111, 1, source)]],
    [64, [floatInverter(inverter112, 2, source)]],
    [65, [floatInverter(inverter113, 3, source)]],
    [66, derModels],
  ];
  return new Map(
    views.map(([unitId, models]) => {
      const identity = identityOf(1, unitId);
      return [unitId, { holding: sunSpecDevice({ identity, models, version: view.version }) }];
    }),
  );
};
