import { z } from 'zod';
import { messageKinds } from '../production/messages.ts';
import { orderStatuses } from '../production/order-state.ts';
import { messageNotes } from '../production/protocol.ts';
import { refusalCodes } from '../production/refusal.ts';
import { localText } from './contract.ts';
import { endsAfterStart, instantMs, limit, ordinal, wrongOrder } from './query-values.ts';

/** Messages of the HTTP interface about production; what is sent is in `gateway/production/messages.ts`. */

/** In one request. */
export const mostMessages = 500;

export const messageOutcome = z.object({
  outcome: z
    .enum(['accepted', 'duplicate', 'refused'])
    .describe('duplicate: the same message was accepted before; it counts once'),
  source: z.string().nullable(),
  id: z.string().nullable(),
  code: z.enum(refusalCodes).nullable().describe('Why it is refused'),
  words: localText.nullable().describe('Why it is refused'),
  notes: z
    .array(
      z.object({
        code: z.enum(messageNotes),
        words: localText,
      }),
    )
    .describe('What is odd about a message that is taken all the same'),
});

export const messageOutcomes = z.object({
  accepted: z.int(),
  duplicate: z.int(),
  refused: z.int(),
  messages: z.array(messageOutcome).describe('In the order in which they were sent'),
});

const filter = z.string().min(1).max(200).optional();

export const orderQuery = z
  .strictObject({
    line: filter.describe('area/line, with or without enterprise/site'),
    orderId: filter,
    status: z.enum(orderStatuses).optional(),
    fromMs: instantMs.optional().describe('Orders told of, planned or at work at or after'),
    toMs: instantMs.optional().describe('Orders told of, planned or at work before'),
    limit: limit(50, 500),
  })
  .refine(endsAfterStart, wrongOrder);

const act = z.object({
  timeMs: z.number(),
  by: z
    .enum(['scheduler', 'hand', 'machine'])
    .describe('machine: seen at the machine, nobody told who decided it'),
  who: z.string().nullable(),
});

export const orderList = z.object({
  orders: z
    .array(
      z.object({
        line: z.string(),
        orderId: z.string(),
        status: z.enum(orderStatuses),
        definition: z
          .object({
            drawing: z.object({ number: z.string(), revision: z.string().nullable() }).nullable(),
            project: z.string().nullable(),
            boilerNo: z.string().nullable(),
            quantity: z.number().nullable(),
            plannedStartMs: z.number().nullable(),
            plannedEndMs: z.number().nullable(),
            plannedRunTimePerItemMin: z.number().nullable(),
            wpsNo: z.string().nullable(),
          })
          .nullable()
          .describe('Null where only its states were told'),
        definitions: z.int().describe('How many different ones were told; the newest counts'),
        released: act.nullable(),
        started: act.nullable(),
        completed: act.nullable(),
        scheduling: z.array(
          act.extend({
            by: z.enum(['scheduler', 'hand']),
            mark: z.enum(['scheduled', 'override']),
            reason: z.string().nullable(),
          }),
        ),
        updatedMs: z.number(),
      }),
    )
    .describe('Newest first'),
});

export const messageQuery = z
  .strictObject({
    line: filter.describe('area/line, with or without enterprise/site'),
    kind: z.enum(messageKinds).optional(),
    orderId: filter,
    panelId: filter,
    fromMs: instantMs.optional().describe('By the time of the message: at or after'),
    toMs: instantMs.optional().describe('By the time of the message: before'),
    beforeSeq: ordinal.optional().describe('For the next page'),
    limit: limit(50, 500),
  })
  .refine(endsAfterStart, wrongOrder);

export const messageList = z.object({
  messages: z
    .array(
      z.object({
        seq: z.number().describe('Number in the journal'),
        receivedMs: z.number(),
        message: z.record(z.string(), z.unknown()).describe('As it is kept: instants in epoch ms'),
      }),
    )
    .describe('Newest first, by when they were taken'),
  nextBeforeSeq: z.number().nullable().describe('Ask with it for the next page; null at the end'),
});
