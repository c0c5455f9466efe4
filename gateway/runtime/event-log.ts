import type { GatewayEvent } from '../core/event.ts';
import type { Log } from '../core/log.ts';

const levels = { info: 'info', warning: 'warn', error: 'error' } as const;

/** The line of an event: whoever emits one does not log it. */
export const logEvent = (log: Log, event: GatewayEvent): void => {
  const { code, severity, subject, text, details } = event;
  log[levels[severity]](
    { event: code, subject, ...(details === undefined ? {} : { details }) },
    text.en,
  );
};
