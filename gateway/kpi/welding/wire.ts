import { z } from 'zod';

export const wireParameters = z.strictObject({
  wireDiameterMm: z.number().min(0.5).max(10).default(1.2),
  /** Share of the wire that ends in the weld: the rest is spatter and fume. */
  depositionEfficiency: z.number().positive().max(1).default(0.97),
});

/** Cross-section of the wire: 1.13097 mm2 at 1.2 mm. */
export const wireAreaMm2 = ({ wireDiameterMm }: { readonly wireDiameterMm: number }): number =>
  (Math.PI * wireDiameterMm ** 2) / 4;
