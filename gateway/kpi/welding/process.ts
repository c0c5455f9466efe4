import { z } from 'zod';
import { isUsableSlot, valueCell } from '../../hot-path/slot.ts';
import type { KpiInput, SiteContext } from '../definition.ts';

/** What of a welding process (numbers of ISO 4063) the formulas need. */
type ProcessFacts = {
  /** Thermal efficiency k after EN 1011-1 and ISO/TR 17671-1. */
  readonly thermalEfficiency: number;
  /** Whether its arc can pulse; where it can, nobody knows that it does not unless the site says so. */
  readonly canPulse: boolean;
  /** Whether a shielding gas is fed to the torch. */
  readonly hasGas: boolean;
  /** The usual wire of this kind of line, mm. */
  readonly wireDiameterMm: number;
};

const facts = (
  thermalEfficiency: number,
  { canPulse, hasGas }: Pick<ProcessFacts, 'canPulse' | 'hasGas'>,
  wireDiameterMm = 1.2,
): ProcessFacts => ({ thermalEfficiency, canPulse, hasGas, wireDiameterMm });

const underGas = { canPulse: true, hasGas: true } as const;
const withoutGas = { canPulse: false, hasGas: false } as const;

/** @see docs/formulas.md */
export const processFacts = {
  '111': facts(0.8, withoutGas),
  '114': facts(0.8, withoutGas),
  '121': facts(1.0, withoutGas, 2.0),
  '131': facts(0.8, underGas),
  '135': facts(0.8, underGas),
  '136': facts(0.8, underGas),
  '141': facts(0.6, underGas),
  '15': facts(0.6, underGas),
} as const satisfies Readonly<Record<string, ProcessFacts>>;

export type Process = keyof typeof processFacts;

export const processes = Object.keys(processFacts) as Process[];

/** The process that is welded by while the line tells none. */
export const processParameters = z.strictObject({ process: z.enum(processes).default('135') });

/** A machine that can change its process tells which it is; it goes before the configured one. */
export const processInput: KpiInput = {
  pattern: '{area}/{line}/*/process',
  equipmentClass: 'weld_line',
  count: 'optional',
  description: { en: 'welding process (ISO 4063)', zh: '焊接方法（ISO 4063）' },
};

/**
 * A cell with what `factorOf` gives for the process that the line welds by: the one its point last told, before that the
 * configured one. A process that the table does not know has no factor (NaN): what hangs on it has no result.
 */
export const processFactorIndex = (
  context: SiteContext<unknown>,
  configured: Process,
  factorOf: (process: Process) => number,
): number => {
  const point = context.optional('process');
  const factors = processes.map((process) => [Number(process), factorOf(process)] as const);
  const initial = factorOf(configured);
  // NaN has no JSON of its own.
  const key = factors.map(([, factor]) => `${factor}`).join(' ');
  return context.shared(`process ${point?.key} ${initial} ${key}`, () => {
    const factorIndex = context.reserve(1, [initial]);
    if (point === undefined) return factorIndex;
    context.onSample(point.slot, (memory) => {
      if (!isUsableSlot(memory, point.slot)) return;
      const told = memory[point.slot + valueCell] as number;
      let factor = Number.NaN;
      for (let at = 0; at < factors.length; at++) {
        const [process, own] = factors[at] as (typeof factors)[number];
        if (process === told) factor = own;
      }
      memory[factorIndex] = factor;
    });
    return factorIndex;
  });
};

/** A cell with 1 while the line welds by a process with shielding gas, and 0 by one without. */
export const hasGasIndex = (context: SiteContext<unknown>, configured: Process): number =>
  processFactorIndex(context, configured, (process) => (processFacts[process].hasGas ? 1 : 0));
