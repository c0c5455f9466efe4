import { z } from 'zod';
import { clockOptions, common } from './fault-options.ts';

const kind = <Kind extends string>(name: Kind) => ({
  ...common,
  kind: z.literal(name),
  /** One charge point; without it all of them. */
  charger: z.int().min(1).max(10).optional(),
});

/** The faults of charge points that speak OCPP. */
export const ocppFaultSchema = z.discriminatedUnion('kind', [
  /** No connection: what happens to transactions is kept, and told when the fault ends. */
  z.strictObject(kind('offline')),
  /** The connection stays open, and nothing at all is said. */
  z.strictObject(kind('silent')),
  /** It lives, but its connector says nothing: no status, no values; transactions are told when the fault ends. */
  z.strictObject(kind('hung')),
  /** Connects a second time beside the first, boots again, and goes on there. */
  z.strictObject(kind('duplicate-boot')),
  /** Tells what it told of its last transactions once more. */
  z.strictObject(kind('replay')),
  z.strictObject({ ...kind('clock'), ...clockOptions }),
]);

export type OcppFault = z.infer<typeof ocppFaultSchema> & { readonly id: string };
