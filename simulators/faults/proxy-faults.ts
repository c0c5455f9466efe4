import { z } from 'zod';
import { common, delayOptions, probability } from './fault-options.ts';

const kind = <Kind extends string>(name: Kind) => ({ ...common, kind: z.literal(name) });
const side = z.enum(['client', 'server']);
const towards = z.enum(['client', 'server', 'both']);
/** Of a delay, a stall, a limit: the whole line. */
const both = { towards: towards.default('both') };
/** Of what is done to bytes: the answers. */
const answers = { towards: towards.default('client') };
/** The longest wait for a second frame or chunk; after it the first goes alone. */
const holdMs = z.int().min(1).max(60_000).default(200);
/** So many bytes pass before the line is cut. */
const afterBytes = z.int().min(0).max(1_000_000_000).optional();

/** The faults of a proxy. Those with a probability hit single frames or chunks, the others the line. */
export const proxyFaultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...kind('delay'), ...both, ...delayOptions, probability }),
  z.strictObject({ ...kind('rate-limit'), ...both, bytesPerSecond: z.int().min(1).max(1e9) }),
  z.strictObject({ ...kind('stall'), ...both }),
  z.strictObject({ ...kind('close'), ...answers, afterBytes, probability }),
  z.strictObject({ ...kind('reset'), ...answers, afterBytes, probability }),
  z.strictObject({ ...kind('half-open'), gone: side.default('server') }),
  z.strictObject(kind('refuse')),
  z.strictObject({
    ...kind('corrupt'),
    ...answers,
    bits: z.int().min(1).max(64).default(1),
    probability,
  }),
  z.strictObject({ ...kind('truncate'), ...answers, probability }),
  z.strictObject({ ...kind('duplicate'), ...answers, probability }),
  z.strictObject({ ...kind('reorder'), ...answers, holdMs, probability }),
  z.strictObject({ ...kind('crossed-ids'), holdMs, probability }),
  z.strictObject({ ...kind('wrong-transaction-id'), probability }),
]);

export type ProxyFault = z.infer<typeof proxyFaultSchema> & { readonly id: string };

/** Those that end connections, at once or at a byte of them. */
export type CutFault = Extract<ProxyFault, { readonly kind: 'close' | 'reset' }>;

/** Those that hit single frames or chunks. */
export type UnitFault = Exclude<Extract<ProxyFault, { readonly probability: number }>, CutFault>;

export const isCut = (fault: ProxyFault): fault is CutFault =>
  fault.kind === 'close' || fault.kind === 'reset';

export const isOfUnits = (fault: ProxyFault): fault is UnitFault =>
  'probability' in fault && !isCut(fault);

/** Kinds that need whole Modbus frames. */
export const modbusOnly: ReadonlySet<ProxyFault['kind']> = new Set([
  'crossed-ids',
  'wrong-transaction-id',
]);

export type Side = z.infer<typeof side>;

/** Whether the fault is one of the bytes that travel to this side. */
export const actsTowards = (fault: ProxyFault, to: Side): boolean =>
  'towards' in fault
    ? fault.towards === 'both' || fault.towards === to
    : modbusOnly.has(fault.kind) && to === 'client';
