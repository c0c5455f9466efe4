import { z } from 'zod';
import type {
  JobOrderStatusReport,
  ProductionReport,
} from '../../../gateway/core/production-report.ts';
import { epochMs } from '../sample-time.ts';
import type { Plain } from './structure.ts';

/** Job orders of OPC 10031-4 (ISA-95 job control, version 2) as reports. */

/** Of the state machine of a job order, by their numbers (§6.2). */
const states = {
  allowedToStart: 2,
  running: 3,
  interrupted: 4,
  ended: 5,
  aborted: 6,
} as const;

/** What is optional and odd is left out, and costs no order. */
const odd = <Schema extends z.ZodType>(schema: Schema) => schema.nullish().catch(null);
const time = odd(z.date());
const stateSchema = z.array(z.object({ statenumber: z.number() }));

const orderSchema = z.object({
  joborder: z.object({
    joborderid: z.string().min(1),
    starttime: time,
    endtime: time,
    workmasterid: odd(z.array(z.object({ id: z.string() }))),
    materialrequirements: odd(
      z.array(
        z.object({
          materiallotid: odd(z.string()),
          materialsublotid: odd(z.string()),
          materialuse: odd(z.string()),
          quantity: odd(z.string().or(z.number())),
        }),
      ),
    ),
  }),
  state: odd(stateSchema),
});

const responseSchema = z.object({
  joborderid: z.string().min(1),
  starttime: time,
  endtime: time,
});

export type JobOrder = z.output<typeof orderSchema>;
export type JobResponse = z.output<typeof responseSchema>;

/** The elements of a list that are what they should be, and how many are not. */
const readList = <Element>(
  list: Plain,
  schema: z.ZodType<Element>,
): { readonly elements: readonly Element[]; readonly unreadable: number } => {
  const all = Array.isArray(list) ? (list as readonly Plain[]) : [];
  const elements = all.flatMap((item) => {
    const parsed = schema.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  });
  return { elements, unreadable: all.length - elements.length };
};

export const readOrders = (list: Plain) => readList<JobOrder>(list, orderSchema);
export const readResponses = (list: Plain) => readList<JobResponse>(list, responseSchema);

export type OrdersOf = {
  readonly area: string;
  readonly line: string;
  /** Of the list: when it changed last, UTC epoch ms. */
  readonly timeMs: number;
  readonly responses: readonly JobResponse[];
  /** A time of the device as it counts here, UTC epoch ms. */
  trusted(deviceMs: number): number;
};

/** What the list tells of an order; the newest comes last. */
export const reportsOfOrder = ({ joborder, state }: JobOrder, of: OrdersOf): ProductionReport[] => {
  const { area, line, timeMs } = of;
  const head = { area, line, timeMs, orderId: joborder.joborderid };
  const { panels, quantity } = producedBy(joborder);
  const wpsNo = joborder.workmasterid?.find(({ id }) => id !== '')?.id;
  const plannedStartMs = epochMs(joborder.starttime);
  const plannedEndMs = epochMs(joborder.endtime);
  return [
    {
      ...{ kind: 'jobOrder', ...head },
      ...(Number.isNaN(plannedStartMs) ? {} : { plannedStartMs }),
      ...(Number.isNaN(plannedEndMs) ? {} : { plannedEndMs }),
      ...(quantity === undefined ? {} : { quantity }),
      ...(wpsNo === undefined ? {} : { wpsNo }),
    },
    ...panels.map((panelId) => ({ kind: 'panelAssignment' as const, ...head, panelId })),
    ...statusesOf(head, state?.[0]?.statenumber, of),
  ];
};

type Head = Omit<JobOrderStatusReport, 'kind' | 'status'>;

const statusesOf = (
  head: Head,
  stateNumber: number | undefined,
  { responses, trusted, timeMs }: OrdersOf,
): readonly JobOrderStatusReport[] => {
  const own = responses.filter(({ joborderid }) => joborderid === head.orderId);
  const times = (name: 'starttime' | 'endtime'): readonly number[] =>
    own.map((response) => epochMs(response[name])).filter((ms) => !Number.isNaN(ms));
  const [firstStart] = times('starttime').toSorted((a, b) => a - b);
  const lastEnd = times('endtime')
    .toSorted((a, b) => a - b)
    .at(-1);
  const status = (
    of: JobOrderStatusReport['status'],
    deviceMs: number | undefined,
  ): JobOrderStatusReport => ({
    ...{ kind: 'jobOrderStatus', ...head, status: of },
    timeMs: deviceMs === undefined ? timeMs : trusted(deviceMs),
  });
  // That an order has ended is no word of when it began.
  const began = firstStart === undefined ? [] : [status('started', firstStart)];
  switch (stateNumber ?? 0) {
    case states.allowedToStart:
      return [status('released', undefined)];
    // An order that is interrupted is still at work on the line.
    case states.running:
    case states.interrupted:
      return [status('started', firstStart)];
    case states.ended:
      return [...began, status('completed', lastEnd)];
    case states.aborted:
      return [...began, status('cancelled', lastEnd)];
    default:
      return [];
  }
};

/** ISA-95 says `Material Produced`. */
const isProduced = (use: string | null | undefined): boolean => /produced/i.test(use ?? '');

const producedBy = ({ materialrequirements }: JobOrder['joborder']) => {
  const produced = (materialrequirements ?? []).filter(({ materialuse }) =>
    isProduced(materialuse),
  );
  const panels = produced.flatMap(
    ({ materialsublotid, materiallotid }) =>
      (materialsublotid ?? '') || (materiallotid ?? '') || [],
  );
  const sum = produced.reduce((total, { quantity }) => total + Number(quantity ?? Number.NaN), 0);
  const quantity = Number.isInteger(sum) && sum > 0 ? sum : undefined;
  return { panels: [...new Set(panels)], quantity };
};
