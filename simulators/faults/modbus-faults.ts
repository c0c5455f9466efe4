import { z } from 'zod';
import {
  clockOptions,
  common,
  delayOptions,
  hasOneJump,
  jumpOptions,
  probability,
} from './fault-options.ts';
import type { Random } from './random.ts';

const kind = <Kind extends string>(name: Kind) => ({ ...common, kind: z.literal(name) });
/** Whether counters go on where they stood, or from 0. */
const keepsCounters = z.boolean().default(false);

/** The faults of a Modbus device. Those with a probability hit single requests, the others are a state of the device. */
export const modbusFaultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...kind('silent'), probability }),
  z.strictObject({ ...kind('exception'), code: z.int().min(1).max(255), probability }),
  z.strictObject({ ...kind('delay'), ...delayOptions, probability }),
  z.strictObject({ ...kind('close'), probability }),
  z.strictObject({ ...kind('wrong-transaction-id'), probability }),
  z.strictObject({ ...kind('truncate'), probability }),
  z.strictObject(kind('frozen')),
  z.strictObject(kind('stuck')),
  z.strictObject({ ...kind('plc-stop'), keepsCounters }),
  z.strictObject({
    ...kind('restart'),
    downMs: z.int().min(0).max(600_000).default(0),
    keepsCounters,
  }),
  z
    .strictObject({ ...kind('counter-jump'), ...jumpOptions })
    .refine(hasOneJump, 'expected one of to and by'),
  z.strictObject({
    ...kind('meter-replaced'),
    serialNumber: z
      .string()
      .regex(/^[\x20-\x7e]{1,32}$/, 'expected 1 to 32 characters of ASCII')
      .default('SIM-REPLACED'),
    to: jumpOptions.to.default(0),
  }),
  z.strictObject({ ...kind('clock'), ...clockOptions }),
]);

export type ModbusFault = z.infer<typeof modbusFaultSchema> & { readonly id: string };

/** What the faults of a unit do together to one answer. */
export type AnswerEffect = {
  /** The connection is closed instead of answering. */
  close: boolean;
  /** The request is read and never answered. */
  silent: boolean;
  /** Modbus exception code given instead of data. */
  exceptionCode: number | undefined;
  /** The answer carries a transaction id that was not asked. */
  wrongTransactionId: boolean;
  /** The second half of the answer never comes; its length field still promises it. */
  truncate: boolean;
  /** The answer waits this long, in real time, also in lock-step. */
  delayMs: number;
};

/** Draws what hits one request. Of several exceptions the newest wins, of several delays the longest. */
export const answerEffect = (faults: readonly ModbusFault[], random: Random): AnswerEffect => {
  const effect: AnswerEffect = {
    close: false,
    silent: false,
    exceptionCode: undefined,
    wrongTransactionId: false,
    truncate: false,
    delayMs: 0,
  };
  for (const fault of faults) {
    if (!('probability' in fault)) continue;
    if (fault.probability === 1 || random() < fault.probability) hit(effect, fault, random);
  }
  return effect;
};

type RequestFault = Extract<ModbusFault, { readonly probability: number }>;

const hit = (effect: AnswerEffect, fault: RequestFault, random: Random): void => {
  switch (fault.kind) {
    case 'silent':
      effect.silent = true;
      return;
    case 'exception':
      effect.exceptionCode = fault.code;
      return;
    case 'delay':
      effect.delayMs = Math.max(effect.delayMs, fault.delayMs + fault.jitterMs * random());
      return;
    case 'close':
      effect.close = true;
      return;
    case 'wrong-transaction-id':
      effect.wrongTransactionId = true;
      return;
    case 'truncate':
      effect.truncate = true;
  }
};
