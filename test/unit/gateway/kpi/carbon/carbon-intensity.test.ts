import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { testGroup } from '../../../../support/entry-batch.ts';
import { runsOf, testSeed } from '../../../../support/seed.ts';
import { type Energies, MeteredPark, midnight, minuteMs } from '../energy/metered-park.ts';

const { good, badNoData } = statusCodes;

const factor = (value: number) => ({ id: 'published', value, source: 'data year 2023' });
/** Life-cycle factors of China for 2023. */
const factors = { grid: factor(0.6205), photovoltaics: factor(0.0545), wind: factor(0.0336) };

const windMeter = testGroup({
  ...{
    area: 'park',
    line: 'meters',
    equipment: 'wind',
    equipmentClass: 'meter',
    periodMs: minuteMs,
  },
  channels: [{ point: 'energyExport', kind: 'counter', unit: 'kWh' }],
});

type Minute = Energies & { readonly wind?: number };

/** A park whose meters are read each minute, and whose KPI closes each. */
class MixedPark extends MeteredPark {
  #wind = 0;

  constructor(parameters: object = {}, without: readonly string[] = []) {
    super([{ kpi: 'carbonIntensity', parameters: { ...factors, ...parameters } }], {
      more: [windMeter],
      without,
    });
    this.#readAll(midnight, []);
    this.tick(midnight);
  }

  #readAll(timeMs: number, silent: readonly string[]): void {
    this.read(timeMs, { silent });
    if (!silent.includes('wind')) this.feed('wind', timeMs, { energyExport: this.#wind });
  }

  minute({ wind = 0, ...energies }: Minute, silent: readonly string[] = []): void {
    for (const [term, energy] of Object.entries(energies)) {
      this.registers[term as keyof Energies] += energy;
    }
    this.#wind += wind;
    this.timeMs += minuteMs;
    this.#readAll(this.timeMs, silent);
    this.tick(this.timeMs);
  }

  intensity(): number {
    return this.value('carbonIntensity');
  }
}

describe('§3.13 mix of electricity', () => {
  const opening = { energyKwh: 200, carbonKg: 20 };

  test('grid 90, PV 60, wind 10 and storage 20 at 0.10: 0.341394, 38.9 % of it carbon-free', () => {
    const park = new MixedPark({ opening });
    park.minute({ import: 90, pv: 60, wind: 10, discharge: 20 });
    expect(park.intensity()).toBeCloseTo(0.341394, 6);
    expect(park.value('carbonIntensity.carbonFree')).toBeCloseTo(70 / 180, 12);
    expect(park.status('carbonIntensity')).toBe(good);
    expect(park.value('carbonIntensity.stored')).toBeCloseTo(0.1, 12);
    expect(park.value('carbonIntensity.storedEnergy')).toBeCloseTo(180, 9);
  });

  test('50 kWh at 0.0545 into 100 kWh with 10 kg at 90 %: 145 kWh, 12.725 kg, 0.08776', () => {
    const park = new MixedPark({ opening: { energyKwh: 100, carbonKg: 10 } });
    park.minute({ pv: 80, charge: 50 });
    expect(park.intensity()).toBeCloseTo(0.0545, 12);
    expect(park.value('carbonIntensity.storedEnergy')).toBeCloseTo(145, 9);
    expect(park.value('carbonIntensity.stored') * 145).toBeCloseTo(12.725, 9);
    expect(park.value('carbonIntensity.stored')).toBeCloseTo(0.08776, 5);
  });

  test('what storage gives beyond what is known of it counts as grid electricity', () => {
    const park = new MixedPark({ opening: { energyKwh: 10, carbonKg: 1 } });
    park.minute({ discharge: 40 });
    expect(park.intensity()).toBeCloseTo((1 + 30 * 0.6205) / 40, 12);
    expect(park.value('carbonIntensity.storedEnergy')).toBe(0);
    expect(park.value('carbonIntensity.stored')).toBeCloseTo(0.6205, 12);
  });

  test('a source without a factor counts as the grid', () => {
    const park = new MixedPark({ photovoltaics: undefined, wind: undefined });
    park.minute({ import: 10, pv: 10, wind: 20 });
    expect(park.intensity()).toBeCloseTo(0.6205, 12);
    expect(park.value('carbonIntensity.carbonFree')).toBeCloseTo(0.75, 12);
  });

  test('a site without sun, wind and storage has the factor of the grid', () => {
    const park = new MixedPark({}, ['pv', 'bess01']);
    park.minute({ import: 10 });
    expect(park.intensity()).toBeCloseTo(0.6205, 12);
    expect(park.value('carbonIntensity.carbonFree')).toBe(0);
  });
});

describe('minutes of the mix', () => {
  test('there is no data before a minute has ended', () => {
    expect(new MixedPark().status('carbonIntensity')).toBe(badNoData);
  });

  test('within a minute the mix of the one before stands', () => {
    const park = new MixedPark();
    park.minute({ import: 10 });
    park.registers.pv += 10;
    park.read(park.timeMs + 20_000);
    park.tick(park.timeMs + 20_000);
    expect(park.intensity()).toBeCloseTo(0.6205, 12);
    park.minute({});
    expect(park.intensity()).toBeCloseTo(0.0545, 12);
  });

  test('a minute in which nothing flowed says nothing new', () => {
    const park = new MixedPark();
    park.minute({ pv: 10 });
    park.minute({});
    expect(park.intensity()).toBeCloseTo(0.0545, 12);
    expect(park.status('carbonIntensity')).toBe(good);
  });

  test('is not good while a meter is silent, nor for the minute in which a register began anew', () => {
    const park = new MixedPark();
    park.minute({ import: 10, pv: 10 });
    for (let minute = 0; minute < 5; minute += 1) park.minute({ import: 10 }, ['pv']);
    expect(park.status('carbonIntensity')).not.toBe(good);
    expect(park.value('carbonIntensity.coverage')).toBeLessThan(0.5);
    park.minute({ import: 10, pv: 10 });
    park.minute({ import: 10, pv: 10 });
    expect(park.status('carbonIntensity')).toBe(good);
    park.registers.pv = 3;
    park.minute({ import: 10 });
    expect(park.status('carbonIntensity')).not.toBe(good);
    park.minute({ import: 10 });
    expect(park.status('carbonIntensity')).toBe(good);
  });
});

test('carbon is neither lost nor made: what came in went out or is stored, whatever the minutes bring', () => {
  const energy = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 500, noNaN: true }));
  const minute = fc.record({
    import: energy,
    pv: energy,
    wind: energy,
    charge: energy,
    discharge: energy,
  });
  fc.assert(
    fc.property(fc.array(minute, { minLength: 1, maxLength: 20 }), (minutes) => {
      const opening = { energyKwh: 50, carbonKg: 5 };
      const park = new MixedPark({ opening, roundTripEfficiency: 1 });
      // Before anything has flowed there is no mix.
      park.minute({ import: 1 });
      let carbonIn = opening.carbonKg + 0.6205;
      let used = 0.6205;
      let held = opening.energyKwh;
      for (const drawn of minutes) {
        // A battery takes no more than there is.
        const total = drawn.import + drawn.pv + drawn.wind + drawn.discharge;
        const charge = Math.min(drawn.charge, total);
        park.minute({ ...drawn, charge });
        const unknown = Math.max(0, drawn.discharge - held);
        held = Math.max(0, held - drawn.discharge) + charge;
        carbonIn += (drawn.import + unknown) * 0.6205 + drawn.pv * 0.0545 + drawn.wind * 0.0336;
        if (total > 0) used += park.intensity() * (total - charge);
      }
      const stored =
        park.value('carbonIntensity.stored') * park.value('carbonIntensity.storedEnergy');
      expect(park.value('carbonIntensity.storedEnergy')).toBeCloseTo(held, 6);
      expect(used + stored).toBeCloseTo(carbonIn, 6);
    }),
    { seed: testSeed(), numRuns: runsOf(200) },
  );
});
