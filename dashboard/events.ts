import { element } from './dom.ts';
import { formatTime } from './format.ts';
import type { GatewayEvent } from './store.ts';
import { type Language, text } from './texts.ts';

/** How many are shown; the interface gives more. */
export const shownEvents = 20;

const severityStates = { info: undefined, warning: 'partial', error: 'down' } as const;

const eventRow = (event: GatewayEvent, language: Language, timeZone: string): HTMLElement => {
  const state = severityStates[event.severity];
  return element('tr', { 'data-event': event.code }, [
    element('td', { class: 'numeric' }, formatTime(event.timeMs, timeZone, language)),
    element(
      'td',
      { class: state === undefined ? 'name' : `name state-${state}` },
      text(event.severity, language),
    ),
    element('td', {}, event.text[language]),
  ]);
};

/** What happened lately, newest first. */
export const eventSection = (
  events: readonly GatewayEvent[],
  language: Language,
  timeZone: string,
): HTMLElement => {
  const head = (['time', 'severity', 'event'] as const).map((key) =>
    element('th', {}, text(key, language)),
  );
  const rows =
    events.length === 0
      ? [element('tr', {}, [element('td', { colspan: '3' }, text('none', language))])]
      : events.map((event) => eventRow(event, language, timeZone));
  return element('section', {}, [
    element('h2', {}, text('events', language)),
    element('table', {}, [
      element('thead', {}, [element('tr', {}, head)]),
      element('tbody', {}, rows),
    ]),
  ]);
};
