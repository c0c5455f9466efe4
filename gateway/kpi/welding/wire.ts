import { z } from 'zod';
import type { SiteContext } from '../definition.ts';
import {
  type Process,
  processes,
  processFactorIndex,
  processFacts,
  processParameters,
} from './process.ts';

const diameterMm = z.number().min(0.5).max(10);

export const wireParameters = processParameters.extend({
  /** Of every process that `wireDiametersMm` does not name; left out, what is usual for the process. */
  wireDiameterMm: diameterMm.optional(),
  wireDiametersMm: z.partialRecord(z.enum(processes), diameterMm).default({}),
  /** Share of the wire that ends in the weld: the rest is spatter and fume. */
  depositionEfficiency: z.number().positive().max(1).default(0.97),
});
type WireParameters = Pick<
  z.infer<typeof wireParameters>,
  'process' | 'wireDiameterMm' | 'wireDiametersMm'
>;

/** Cross-section of a wire in mm2: 1.13097 at 1.2 mm. */
export const wireAreaMm2 = (diameter: number): number => (Math.PI * diameter ** 2) / 4;

const diameterOf = (
  { wireDiameterMm, wireDiametersMm }: WireParameters,
  process: Process,
): number => wireDiametersMm[process] ?? wireDiameterMm ?? processFacts[process].wireDiameterMm;

/** A cell with the cross-section of the wire, in mm2, of the process that the line welds by. */
export const wireAreaIndex = (context: SiteContext<WireParameters>): number =>
  processFactorIndex(context, context.parameters.process, (process) =>
    wireAreaMm2(diameterOf(context.parameters, process)),
  );
