import { z } from 'zod';
import { type JsonValue, OverrideError } from '../plant.ts';
import type { Meter } from './meter-points.ts';
import type { ParkControls } from './park-controls.ts';
import type { ParkDevices } from './park-devices.ts';

const share = z.number().min(0).max(1);
const registerWh = z.number().int().min(0).max(0xffffffff);

export type OverrideTargets = { readonly controls: ParkControls; readonly devices: ParkDevices };

/** An input that can be overridden. `N` in its path stands for a unit id, 1…`units`. */
type Override = {
  readonly path: string;
  readonly units: number;
  /** Checks the value; the action applies it to the unit with this index. */
  readonly prepare: (value: JsonValue, unitIndex: number) => () => void;
};

type OverrideOptions<T> = {
  readonly schema: z.ZodType<T>;
  readonly units?: number;
  readonly apply: (value: T, unitIndex: number) => void;
};

const override = <T>(path: string, options: OverrideOptions<T>): Override => ({
  path,
  units: options.units ?? 1,
  prepare: (value, unitIndex) => {
    const parsed = options.schema.parse(value);
    return () => options.apply(parsed, unitIndex);
  },
});

const meterOverrides = (prefix: string, meters: readonly Meter[]): readonly Override[] => {
  const units = meters.length;
  const meterAt = (index: number): Meter => meters[index] as Meter;
  return [
    override(`${prefix}.importRegisterWh`, {
      schema: registerWh,
      units,
      apply: (readingWh, i) => {
        meterAt(i).importRegister.setReading(readingWh, meterAt(i).energy);
      },
    }),
    override(`${prefix}.exportRegisterWh`, {
      schema: registerWh,
      units,
      apply: (readingWh, i) => {
        meterAt(i).exportRegister.setReading(readingWh, meterAt(i).energy);
      },
    }),
  ];
};

const inverterOverrides = ({ controls, devices }: OverrideTargets): readonly Override[] => {
  const units = devices.inverters.length;
  return [
    override('inverters.N.derating', {
      schema: share,
      units,
      apply: (value, i) => {
        controls.set({ derating: controls.settings.derating.with(i, value) });
      },
    }),
    override('inverters.N.faulted', {
      schema: z.boolean(),
      units,
      apply: (value, i) => {
        controls.set({ trippedInverters: controls.settings.trippedInverters.with(i, value) });
      },
    }),
    override('inverters.N.registerWh', {
      schema: registerWh,
      units,
      apply: (readingWh, i) => {
        const inverter = devices.inverters[i];
        inverter?.source.register.setReading(readingWh, inverter.reading.energyWh);
      },
    }),
  ];
};

const plantOverrides = ({ controls, devices }: OverrideTargets): readonly Override[] => [
  override('weather.clearness', {
    schema: z.number().min(0).max(1.2).nullable(),
    apply: (value) => {
      controls.set({ clearness: value ?? undefined });
    },
  }),
  override('pv.limitShare', {
    schema: share,
    apply: (value) => {
      controls.set({ pvLimitShare: value });
    },
  }),
  override('storage.soc', {
    schema: share,
    apply: (value) => {
      controls.set({}, value);
    },
  }),
  override('storage.demandTargetKw', {
    schema: z.number().min(0).nullable(),
    apply: (value) => {
      controls.set({ demandTargetKw: value ?? undefined });
    },
  }),
  override('chargers.N.faulted', {
    schema: z.boolean(),
    units: devices.chargers.length,
    apply: (value, i) => {
      controls.set({ faultedChargers: controls.settings.faultedChargers.with(i, value) });
    },
  }),
];

const unitNumber = /\.(\d+)\./;

/**
 * The overridable inputs of the park, as a function that checks one override and returns the action
 * that applies it. They act from the present second on.
 *
 * @throws OverrideError when the path is unknown or the value out of range.
 */
export const createParkOverrides = (
  targets: OverrideTargets,
): ((path: string, value: JsonValue) => () => void) => {
  const { devices } = targets;
  const overrides = [
    ...plantOverrides(targets),
    ...inverterOverrides(targets),
    ...meterOverrides('meters.N', devices.mainMeters),
    ...meterOverrides('storage', [devices.storageMeter]),
  ];
  const byPath = new Map(overrides.map((entry) => [entry.path, entry]));
  return (path, value) => {
    const unit = unitNumber.exec(path)?.[1];
    const entry = byPath.get(path.replace(unitNumber, '.N.'));
    const unitIndex = unit === undefined ? 0 : Number(unit) - 1;
    if (entry === undefined || unitIndex < 0 || unitIndex >= entry.units) {
      const known = overrides.map(({ path: form, units }) => describePath(form, units));
      throw new OverrideError(`park.${path}: no such input; expected one of ${known.join(', ')}`);
    }
    try {
      return entry.prepare(value, unitIndex);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      const found = JSON.stringify(value);
      throw new OverrideError(`park.${path}: found ${found}: ${z.prettifyError(error)}`);
    }
  };
};

const describePath = (path: string, units: number): string =>
  units > 1 ? `${path} (N = 1..${units})` : path;
