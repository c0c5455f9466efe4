import type { LocalText } from './point.ts';

export type EventSeverity = 'info' | 'warning' | 'error';

/** Something that happened, once, for people and machines: a connection lost, a clock out of step, a loss begun. */
export type GatewayEvent = {
  /** Stable, kebab-case, for machines (`source-lost`). */
  readonly code: string;
  readonly severity: EventSeverity;
  /** The source, sink, device or room that it is about. */
  readonly subject: string;
  readonly text: LocalText;
  readonly details?: Readonly<Record<string, string | number | boolean>>;
};
