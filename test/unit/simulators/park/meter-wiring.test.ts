import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EnergyRegister, MeteredRegister } from '../../../../simulators/park/energy-register.ts';
import {
  measuredPowers,
  phaseShares,
  registerShares,
  sumOf,
} from '../../../../simulators/park/meter-wiring.ts';
import type { WiringFault } from '../../../../simulators/park/sensor-faults.ts';
import { testSeed } from '../../../support/seed.ts';

const common = { device: 'park.plant', id: 'x', meter: 'grid' } as const;
const reversed: WiringFault = { ...common, kind: 'meter-reversed' };
const swapped: WiringFault = { ...common, kind: 'meter-phases-swapped' };
const tenfold: WiringFault = { ...common, kind: 'meter-multiplier', factor: 10 };
const phaseB: WiringFault = { ...common, kind: 'meter-phase-reversed', phase: 'B' };
const third = [1 / 3, 1 / 3, 1 / 3] as const;
const load = { reactiveShare: 0.3, shares: third };

const totalW = (activeW: number, faults: readonly WiringFault[]): number =>
  sumOf(measuredPowers({ ...load, activeW }, faults).activeW);

describe('the wiring of a meter', () => {
  it('shows what is there when it is right', () => {
    const { activeW, reactiveVar } = measuredPowers({ ...load, activeW: -900 }, []);
    expect(activeW).toEqual([-300, -300, -300]);
    for (const q of reactiveVar) expect(q).toBeCloseTo(90, 9);
  });

  it('turns the sign with all transformers, and counts import as export', () => {
    expect(totalW(900, [reversed])).toBeCloseTo(-900, 9);
    const shares = registerShares(load, [reversed]);
    expect(shares.import.ofImport).toBe(0);
    expect(shares.import.ofExport).toBeCloseTo(1, 12);
    expect(shares.export.ofImport).toBeCloseTo(1, 12);
    expect(shares.export.ofExport).toBe(0);
  });

  it('leaves a third with one transformer turned', () => {
    expect(totalW(900, [phaseB])).toBeCloseTo(300, 9);
    expect(measuredPowers({ ...load, activeW: 900 }, [phaseB]).activeW[1]).toBeCloseTo(-300, 9);
  });

  it('leaves nothing of an even load with two phases swapped', () => {
    const { activeW } = measuredPowers({ ...load, activeW: 900 }, [swapped]);
    expect(sumOf(activeW)).toBeCloseTo(0, 9);
    expect(activeW[2]).toBeCloseTo(300, 9);
    expect(activeW[0]).toBeCloseTo(-150 - (Math.sqrt(3) / 2) * 90, 9);
  });

  it('multiplies by a wrong ratio, and several faults act together', () => {
    expect(totalW(900, [tenfold])).toBeCloseTo(9000, 9);
    expect(totalW(900, [tenfold, reversed])).toBeCloseTo(-9000, 9);
  });

  it('counts in its registers what its power says, whichever way it flows', () => {
    const anyFaults = fc.subarray([reversed, swapped, tenfold, phaseB]);
    const kilowatts = fc.double({ min: -1000, max: 1000, noNaN: true });
    fc.assert(
      fc.property(anyFaults, kilowatts, fc.nat(50), (faults, activeW, index) => {
        const uneven = { reactiveShare: 0.3, shares: phaseShares(testSeed(), index) };
        const shown = sumOf(measuredPowers({ ...uneven, activeW }, faults).activeW);
        const shares = registerShares(uneven, faults);
        const energy = { importWh: Math.max(0, activeW), exportWh: Math.max(0, -activeW) };
        const counted = (of: { ofImport: number; ofExport: number }): number =>
          of.ofImport * energy.importWh + of.ofExport * energy.exportWh;
        expect(counted(shares.import) - counted(shares.export)).toBeCloseTo(shown, 6);
        expect(Math.min(counted(shares.import), counted(shares.export))).toBe(0);
      }),
      { seed: testSeed() },
    );
  });
});

describe('a register whose wiring changes', () => {
  it('keeps what it counted and goes on with the other share', () => {
    const register = new MeteredRegister(new EnergyRegister(1000), { ofImport: 1, ofExport: 0 });
    register.setShares({ ofImport: 0, ofExport: 1 }, { importWh: 500, exportWh: 20 });
    expect(register.rawWh({ importWh: 500, exportWh: 20 })).toBe(1500);
    expect(register.rawWh({ importWh: 900, exportWh: 50 })).toBe(1530);
    register.setShares({ ofImport: 1, ofExport: 0 }, { importWh: 900, exportWh: 50 });
    expect(register.rawWh({ importWh: 1000, exportWh: 90 })).toBe(1630);
    register.setReading(7, { importWh: 1000, exportWh: 90 });
    expect(register.runWh({ importWh: 1001, exportWh: 90 })).toBe(8);
  });
});
