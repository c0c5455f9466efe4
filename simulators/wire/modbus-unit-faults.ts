import type { FaultLookup } from '../faults/fault-lookup.ts';
import type { ModbusFault } from '../faults/modbus-faults.ts';
import { FaultyUnit } from './faulty-unit.ts';
import type { ModbusUnit, Responder } from './modbus-responder.ts';

const maxUnitId = 255;

export type UnitFaultsOptions = {
  /** The device name under which faults find this server. */
  readonly name: string;
  readonly units: ReadonlyMap<number, ModbusUnit>;
  readonly responder: Responder;
  readonly faults: FaultLookup | undefined;
};

/** What is wrong with which unit; recomputed on a change of faults, so that a request only looks it up. */
export class UnitFaults {
  readonly #options: UnitFaultsOptions;
  readonly #unsubscribe: () => void;
  readonly #faulty = new Map<number, FaultyUnit>();
  #faults: readonly (readonly ModbusFault[] | undefined)[] = [];

  constructor(options: UnitFaultsOptions) {
    this.#options = options;
    for (const [unitId, unit] of options.units) this.#faulty.set(unitId, new FaultyUnit(unit));
    this.#unsubscribe = options.faults?.onChange(() => this.#refresh()) ?? (() => undefined);
    this.#refresh();
  }

  /** The faults that requests to a unit may meet; undefined when it is well. */
  on(unitId: number): readonly ModbusFault[] | undefined {
    return this.#faults[unitId];
  }

  restartCounters(): void {
    const { responder } = this.#options;
    for (const [unitId, unit] of this.#faulty) responder.setSeen(unitId, unit.restartCounters());
  }

  close(): void {
    this.#unsubscribe();
  }

  #refresh(): void {
    const { faults, name, responder } = this.#options;
    if (faults === undefined) return;
    const all: (readonly ModbusFault[] | undefined)[] = [];
    for (let unitId = 0; unitId <= maxUnitId; unitId += 1) {
      const active = faults.modbusFaultsOn(name, unitId);
      const meetsRequests = active.some((fault) => 'probability' in fault);
      all.push(meetsRequests ? active : undefined);
      const unit = this.#faulty.get(unitId);
      if (unit !== undefined) responder.setSeen(unitId, unit.apply(active));
    }
    this.#faults = all;
  }
}
