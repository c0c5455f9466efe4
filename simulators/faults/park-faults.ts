import { z } from 'zod';
import { common } from './fault-options.ts';

const kind = <Kind extends string>(name: Kind) => ({ ...common, kind: z.literal(name) });
const inverter = z.int().min(1).max(50);
const meter = z.string().min(1).max(32);

/** The failures of the park itself, asked for at the device `park.plant`. */
export const parkFaultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...kind('string-dead'),
    inverter,
    strings: z.array(z.int().min(1).max(16)).min(1).max(16),
  }),
  z.strictObject({ ...kind('inverter-trip'), inverter }),
  /** Irradiance of one weather station that reads too low or too high. */
  z.strictObject({
    ...kind('irradiance-drift'),
    station: z.int().min(1).max(2).default(1),
    /** Of the reading, from the beginning on: -0.1 reads a tenth too low. */
    share: z.number().min(-0.9).max(2).default(-0.1),
    /** Further of it with each day. */
    sharePerDay: z.number().min(-0.5).max(0.5).default(0),
  }),
  /** All current transformers the wrong way round: import counts as export. */
  z.strictObject({ ...kind('meter-reversed'), meter }),
  /** The ratio of the current transformers is set wrongly. */
  z.strictObject({ ...kind('meter-multiplier'), meter, factor: z.number().gt(0).max(1000) }),
  /** Currents of phases A and B exchanged against their voltages. */
  z.strictObject({ ...kind('meter-phases-swapped'), meter }),
  /** One current transformer the wrong way round. */
  z.strictObject({ ...kind('meter-phase-reversed'), meter, phase: z.enum(['A', 'B', 'C']) }),
  /** Says that it charges, and gives nothing. */
  z.strictObject({ ...kind('charger-hung'), charger: z.int().min(1).max(10) }),
  /** One cell whose voltage lies below the others'. */
  z.strictObject({
    ...kind('cell-imbalance'),
    rack: z.int().min(1).max(4).default(1),
    module: z.int().min(1).max(15).default(1),
    cell: z.int().min(1).max(16).default(1),
    millivolts: z.number().min(-1000).max(1000).default(200),
  }),
  /** `outage`: the grid is gone, and the battery starts black. `planned`: the park leaves it without a break. */
  z.strictObject({ ...kind('islanding'), cause: z.enum(['outage', 'planned']).default('outage') }),
]);

export type ParkFault = z.infer<typeof parkFaultSchema> & { readonly id: string };
