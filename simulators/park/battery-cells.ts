import { channels, hashUnit } from './noise.ts';
import type { SensorFaults } from './sensor-faults.ts';
import { parkSite } from './site.ts';

/** How far the cells of a healthy bank lie from their mean, V. */
const spreadV = 0.006;

/** Highest and lowest cell of a group, and where they are, counted from 1. */
export type CellRange = {
  readonly highestV: number;
  readonly highestAt: number;
  readonly lowestV: number;
  readonly lowestAt: number;
};

const { storageRackCount, storageModulesPerRack, storageCellsPerModule } = parkSite;

/** Voltages of all cells of the battery, as deviations from the mean of the bank, V. */
export class BatteryCells {
  readonly #deviationV: readonly (readonly Float64Array[])[];
  readonly #faults: SensorFaults;
  #known: { readonly version: number; readonly ranges: Ranges } | undefined;

  constructor(seed: number, faults: SensorFaults) {
    this.#faults = faults;
    this.#deviationV = Array.from({ length: storageRackCount }, (_, rack) =>
      Array.from({ length: storageModulesPerRack }, (__, module) =>
        Float64Array.from({ length: storageCellsPerModule }, (___, cell) => {
          const index = (rack * storageModulesPerRack + module) * storageCellsPerModule + cell;
          return spreadV * (2 * hashUnit(seed, index, channels.cellVoltage) - 1);
        }),
      ),
    );
  }

  /** Deviations of the cells of a module, V; rack and module count from 0. */
  deviations(rack: number, module: number): Float64Array {
    const healthy = this.#deviationV[rack]?.[module] as Float64Array;
    const sick = this.#faults.imbalances.filter(
      (fault) => fault.rack === rack + 1 && fault.module === module + 1,
    );
    if (sick.length === 0) return healthy;
    const changed = healthy.slice();
    for (const { cell, millivolts } of sick) {
      changed[cell - 1] = (changed[cell - 1] as number) - millivolts / 1000;
    }
    return changed;
  }

  moduleRange(rack: number, module: number): CellRange {
    return this.#ranges().modules[rack]?.[module] as CellRange;
  }

  /** Of the modules of a rack. */
  rackRange(rack: number): CellRange {
    return this.#ranges().racks[rack] as CellRange;
  }

  /** Of the racks. */
  bankRange(): CellRange {
    return this.#ranges().bank;
  }

  /** Worked out anew where the faults have changed. */
  #ranges(): Ranges {
    const { version } = this.#faults;
    if (this.#known?.version === version) return this.#known.ranges;
    const moduleRange = (rack: number, module: number): CellRange =>
      rangeOf([...this.deviations(rack, module)].map((v) => ({ highestV: v, lowestV: v })));
    const modules = Array.from({ length: storageRackCount }, (_, rack) =>
      Array.from({ length: storageModulesPerRack }, (__, module) => moduleRange(rack, module)),
    );
    const racks = modules.map(rangeOf);
    const ranges = { modules, racks, bank: rangeOf(racks) };
    this.#known = { version, ranges };
    return ranges;
  }
}

type Ranges = {
  readonly modules: readonly (readonly CellRange[])[];
  readonly racks: readonly CellRange[];
  readonly bank: CellRange;
};

const rangeOf = (parts: readonly Pick<CellRange, 'highestV' | 'lowestV'>[]): CellRange => {
  const range = { highestV: -Infinity, highestAt: 0, lowestV: Infinity, lowestAt: 0 };
  for (const [i, { highestV, lowestV }] of parts.entries()) {
    if (highestV > range.highestV) Object.assign(range, { highestV, highestAt: i + 1 });
    if (lowestV < range.lowestV) Object.assign(range, { lowestV, lowestAt: i + 1 });
  }
  return range;
};
