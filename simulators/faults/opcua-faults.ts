import { z } from 'zod';
import { clockOptions, common, hasOneJump, jumpOptions } from './fault-options.ts';

const kind = <Kind extends string>(name: Kind) => ({ ...common, kind: z.literal(name) });

/** The faults of an OPC UA server, each a state of the whole server. */
export const opcuaFaultSchema = z.discriminatedUnion('kind', [
  z.strictObject(kind('silent')),
  z.strictObject(kind('close')),
  z.strictObject(kind('stuck')),
  z.strictObject({
    ...kind('restart'),
    /** How many namespaces come before the plant's own that were not there. */
    namespaceShift: z.int().min(0).max(16).default(1),
    /** Whether those have variables with the identifiers of the plant's own, and other values. */
    hasTwins: z.boolean().default(false),
    /** Time between the end and the new start, in real time. */
    downMs: z.int().min(0).max(600_000).default(0),
  }),
  z.strictObject({ ...kind('bad-node'), node: z.string().min(1).max(256) }),
  z
    .strictObject({
      ...kind('counter-jump'),
      ...jumpOptions,
      /** One counter; without it all of them. */
      node: z.string().min(1).max(256).optional(),
    })
    .refine(hasOneJump, 'expected one of to and by'),
  z.strictObject({ ...kind('clock'), ...clockOptions }),
]);

export type OpcuaFault = z.infer<typeof opcuaFaultSchema> & { readonly id: string };
