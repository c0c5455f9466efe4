import { z } from 'zod';
import { clockOptions, common, delayOptions, probability } from './fault-options.ts';
import type { Random } from './random.ts';

const kind = <Kind extends string>(name: Kind) => ({ ...common, kind: z.literal(name) });

/** The faults of DL/T 645 meters. Those with a probability hit single requests, the others are a state of the meter. */
export const dlt645FaultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...kind('silent'), probability }),
  /** Error word of the refusal; 2 is that there is no such data. */
  z.strictObject({
    ...kind('refusal'),
    errorWord: z.int().min(1).max(255).default(2),
    probability,
  }),
  z.strictObject({ ...kind('delay'), ...delayOptions, probability }),
  z.strictObject({ ...kind('close'), probability }),
  z.strictObject({ ...kind('wrong-checksum'), probability }),
  /** The answer bears the address of another meter. */
  z.strictObject({ ...kind('wrong-address'), probability }),
  z.strictObject({ ...kind('truncate'), probability }),
  z.strictObject({ ...kind('duplicate'), probability }),
  /** Bytes of no meaning before the answer. */
  z.strictObject({ ...kind('noise'), bytes: z.int().min(1).max(200).default(8), probability }),
  /** All energy registers count from 0 on, as in a meter that has replaced another. */
  z.strictObject(kind('counter-reset')),
  z.strictObject({ ...kind('clock'), ...clockOptions }),
]);

export type Dlt645Fault = z.infer<typeof dlt645FaultSchema> & { readonly id: string };

type RequestFault = Extract<Dlt645Fault, { readonly probability: number }>;

/** Those that hit one request, drawn for it. */
export const hitsOf = (faults: readonly Dlt645Fault[], random: Random): readonly RequestFault[] =>
  faults.flatMap((fault) => {
    if (!('probability' in fault)) return [];
    return fault.probability === 1 || random() < fault.probability ? [fault] : [];
  });
