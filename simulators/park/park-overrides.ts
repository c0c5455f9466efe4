import { z } from 'zod';
import { type JsonValue, OverrideError } from '../plant.ts';
import type { MeterPoints } from './meter-points.ts';
import { meterReading } from './park-devices.ts';
import type { ParkTruthSources } from './park-truth.ts';

const share = z.number().min(0).max(1);
const registerWh = z.number().int().min(0).max(0xffffffff);

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

const meterOverrides = (
  prefix: string,
  meters: readonly MeterPoints[],
  model: ParkTruthSources['model'],
): readonly Override[] => {
  const units = meters.length;
  const meterAt = (index: number): MeterPoints => meters[index] as MeterPoints;
  return [
    override(`${prefix}.importRegisterWh`, {
      schema: registerWh,
      units,
      apply: (readingWh, i) => {
        const { importWh } = meterReading(meterAt(i).spec.name, model);
        meterAt(i).importRegister.setReading(readingWh, importWh);
      },
    }),
    override(`${prefix}.exportRegisterWh`, {
      schema: registerWh,
      units,
      apply: (readingWh, i) => {
        const { exportWh } = meterReading(meterAt(i).spec.name, model);
        meterAt(i).exportRegister.setReading(readingWh, exportWh);
      },
    }),
  ];
};

const inverterOverrides = ({ pv, devices }: ParkTruthSources): readonly Override[] => {
  const units = devices.inverters.length;
  return [
    override('inverters.N.derating', {
      schema: share,
      units,
      apply: (value, i) => {
        pv.derating[i] = value;
      },
    }),
    override('inverters.N.faulted', {
      schema: z.boolean(),
      units,
      apply: (value, i) => {
        pv.faulted[i] = value;
      },
    }),
    override('inverters.N.registerWh', {
      schema: registerWh,
      units,
      apply: (readingWh, i) =>
        devices.inverters[i]?.register.setReading(readingWh, pv.inverterWh[i] as number),
    }),
  ];
};

const plantOverrides = ({ model, pv, chargers }: ParkTruthSources): readonly Override[] => [
  override('weather.clearness', {
    schema: z.number().min(0).max(1.2).nullable(),
    apply: (value) => {
      pv.clearnessOverride = value ?? undefined;
    },
  }),
  override('storage.soc', {
    schema: share,
    apply: (value) => {
      model.storedShare = value;
    },
  }),
  override('storage.demandTargetKw', {
    schema: z.number().min(0).nullable(),
    apply: (value) => {
      model.demandTargetKw = value ?? undefined;
    },
  }),
  override('chargers.N.faulted', {
    schema: z.boolean(),
    units: chargers.faulted.length,
    apply: (value, i) => {
      chargers.faulted[i] = value;
    },
  }),
];

const unitNumber = /\.(\d+)\./;

/**
 * The overridable inputs of the park, as a function that checks one override and returns the action
 * that applies it. They act from the next step on; a register reading acts at once.
 *
 * @throws OverrideError when the path is unknown or the value out of range.
 */
export const createParkOverrides = (
  sources: ParkTruthSources,
): ((path: string, value: JsonValue) => () => void) => {
  const { model, devices } = sources;
  const overrides = [
    ...plantOverrides(sources),
    ...inverterOverrides(sources),
    ...meterOverrides('meters.N', devices.meters, model),
    ...meterOverrides('storage', [devices.storageMeter], model),
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
