import type { EventRecord } from '../../gateway/core/entry.ts';

/** One journalled event as the events lane carries it. */
export const eventPayload = (
  record: EventRecord,
  about: { readonly seq: number; readonly history: boolean; readonly simulated: boolean },
): string => {
  const { code, severity, subject, text, details } = record.event;
  return JSON.stringify({
    v: 1,
    seq: about.seq,
    t: record.timeMs,
    code,
    severity,
    subject,
    text,
    ...(details === undefined ? {} : { details }),
    history: about.history,
    simulated: about.simulated,
  });
};

/**
 * Whether the gateway is there. `offline` says why: `stopped` when it left by itself, `connection-lost` when the broker
 * publishes the last will; a will is written beforehand, so its `t` is when the lost connection began.
 */
export type GatewayState =
  | { readonly state: 'online' }
  | { readonly state: 'offline'; readonly reason: 'stopped' | 'connection-lost' };

export const gatewayStatePayload = (
  state: GatewayState,
  about: { readonly timeMs: number; readonly simulated: boolean },
): string => JSON.stringify({ ...state, t: about.timeMs, simulated: about.simulated });
