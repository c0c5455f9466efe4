import { z } from 'zod';

/** Options that every fault has: whom it concerns and when it holds. */
export const common = {
  id: z.string().min(1).max(64).optional(),
  /** A server's name, or `name/unit` for one unit of it, by its unit id or its address of twelve digits. */
  device: z
    .string()
    .regex(/^[a-z]+\.[a-z0-9-]+(\/(\d{1,3}|\d{12}))?$/, 'expected a server name, e.g. park.pv/7'),
  /** UTC epoch ms. */
  fromMs: z.int().optional(),
  toMs: z.int().optional(),
  /** Counted from the request. */
  atMs: z.int().min(0).max(86_400_000).optional(),
  /** Counted from the beginning of the fault. */
  forMs: z.int().min(1).max(86_400_000).optional(),
};

/** Share of the requests, answers, frames or chunks that a fault hits. */
export const probability = z.number().gt(0).max(1).default(1);

export const delayOptions = {
  delayMs: z.int().min(0).max(600_000),
  /** Up to so much more, drawn for each. */
  jitterMs: z.int().min(0).max(600_000).default(0),
};

/** How a counter jumps: to a reading, or by a number of counts. */
export const jumpOptions = {
  to: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  by: z.int().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER).optional(),
};

export const hasOneJump = ({ to, by }: { readonly to?: unknown; readonly by?: unknown }): boolean =>
  (to === undefined) !== (by === undefined);

/** What a device's clock shows instead of the time. */
export const clockOptions = {
  /** The clock stands at this instant when the fault begins, and runs on from there; 0 is 1970. */
  readsMs: z.int().min(0).max(4_294_967_295_000).optional(),
  offsetMs: z.int().min(-4_294_967_295_000).max(4_294_967_295_000).default(0),
  /** The clock gains so many microseconds a second from the beginning of the fault on. */
  driftPpm: z.number().min(-500_000).max(500_000).default(0),
};

export type ClockOptions = {
  readonly readsMs?: number | undefined;
  readonly offsetMs: number;
  readonly driftPpm: number;
};

/** The reading of a wrong clock; `beganMs` is when it became wrong. Never before 1970. */
export const wrongClockMs = (clock: ClockOptions, timeMs: number, beganMs: number): number => {
  const elapsedMs = (timeMs - beganMs) * (1 + clock.driftPpm / 1e6);
  return Math.max(0, Math.round((clock.readsMs ?? beganMs) + clock.offsetMs + elapsedMs));
};

type When = {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly atMs?: number | undefined;
  readonly forMs?: number | undefined;
};

/** The instants of a fault that was asked for at `nowMs`, or undefined when it names one of them twice. */
export const instantsOf = (
  { fromMs, toMs, atMs, forMs }: When,
  nowMs: number,
): { readonly fromMs?: number; readonly toMs?: number } | undefined => {
  if ((fromMs !== undefined && atMs !== undefined) || (toMs !== undefined && forMs !== undefined)) {
    return undefined;
  }
  const from = atMs === undefined ? fromMs : nowMs + atMs;
  const to = forMs === undefined ? toMs : (from ?? nowMs) + forMs;
  return {
    ...(from === undefined ? {} : { fromMs: from }),
    ...(to === undefined ? {} : { toMs: to }),
  };
};
