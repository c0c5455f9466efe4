import type { JsonObject, PlantServer } from '../plant.ts';
import { dlt645PlantServer } from '../wire/dlt645-plant-server.ts';
import { type MeterSpec, mainMeters, tenantMeters } from './meter-specs.ts';
import type { ParkView } from './park-view.ts';
import { type Quantities, quantity, tenantQuantity } from './quantities.ts';
import { RevenueMeter, type RevenueMeterOptions } from './revenue-meter.ts';

/** Numbers of these meters in the park, behind those that speak Modbus: errors and start readings of their own. */
const firstIndex = 40;
/** Tenants with a revenue meter. */
const tenantCount = 4;
const firstTenantAddress = 21;

/** The park's supply behind 600/5 A and 10 000/100 V: sharp peak, which never holds, peak, flat and valley. */
const gridWiring = {
  currentRatio: 120,
  voltageRatio: 100,
  tariffs: [undefined, quantity.importPeak, quantity.importFlat, quantity.importValley],
};
/** A tenant behind 1000/5 A, whose meter counts everything in the flat tariff. */
const tenantWiring = (tenant: number) => ({
  currentRatio: 200,
  voltageRatio: 1,
  tariffs: [undefined, undefined, tenantQuantity + tenant, undefined],
});

type Wired = Pick<RevenueMeterOptions, 'spec' | 'currentRatio' | 'voltageRatio' | 'tariffs'> & {
  /** Its address, without the zeros in front. */
  readonly number: number;
};

/** The revenue meters of the park: one at its supply, one at each of some tenants, on one line. */
export class RevenueMeters {
  readonly #meters: readonly RevenueMeter[];

  constructor(options: {
    readonly seed: number;
    readonly view: ParkView;
    readonly hasMeterError: boolean;
  }) {
    const { seed, view, hasMeterError: hasError } = options;
    const [grid] = mainMeters as readonly [MeterSpec];
    const tenants = tenantMeters.slice(0, tenantCount);
    const wired: readonly Wired[] = [
      { spec: grid, number: 1, ...gridWiring },
      ...tenants.map((spec, i) => ({ spec, number: firstTenantAddress + i, ...tenantWiring(i) })),
    ];
    this.#meters = wired.map(({ number, ...meter }, i) => {
      const address = String(number).padStart(12, '0');
      return new RevenueMeter({ seed, view, hasError, index: firstIndex + i, address, ...meter });
    });
    this.observe();
  }

  observe(): void {
    for (const meter of this.#meters) meter.observe();
  }

  server(port: number): PlantServer {
    const meters = new Map(this.#meters.map((meter) => [meter.address, meter]));
    return dlt645PlantServer({ name: 'park.revenue', port, meters });
  }

  /** By address. @param startWh what the registers had counted when the simulation began */
  truth(startWh: Quantities): JsonObject {
    return Object.fromEntries(this.#meters.map((meter) => [meter.address, meter.truth(startWh)]));
  }
}
