import type { LocalText } from '../../core/point.ts';
import type { JournalledEvent } from './journal-contents.ts';
import { type Outcome, seconds } from './outcome.ts';
import type { EventExpectation } from './scenario-schema.ts';

const expectationText = (wanted: EventExpectation): LocalText => {
  const { code, subject, from, within, never } = wanted;
  const name = subject === undefined ? code : `${code} (${subject})`;
  const until = within === undefined ? undefined : seconds(from + within);
  if (never) {
    return until === undefined
      ? {
          en: `no event ${name} from ${seconds(from)} on`,
          zh: `${seconds(from)} 起没有事件 ${name}`,
        }
      : {
          en: `no event ${name} from ${seconds(from)} to ${until}`,
          zh: `${seconds(from)} 至 ${until} 没有事件 ${name}`,
        };
  }
  return until === undefined
    ? { en: `event ${name} from ${seconds(from)} on`, zh: `${seconds(from)} 起有事件 ${name}` }
    : {
        en: `event ${name} from ${seconds(from)} to ${until}`,
        zh: `${seconds(from)} 至 ${until} 之间有事件 ${name}`,
      };
};

/** Looks for an event among those that the gateway journalled, by the gateway's own time. */
export const checkEvent = (
  wanted: EventExpectation,
  events: readonly JournalledEvent[],
  offsetOf: (timeMs: number) => number,
): Outcome => {
  const { code, subject, from, within = Number.POSITIVE_INFINITY, never } = wanted;
  const named = events
    .filter(
      ({ event }) => event.code === code && (subject === undefined || event.subject === subject),
    )
    .map(({ timeMs }) => offsetOf(timeMs));
  // What came while the gateway started is there from the beginning.
  const inTime = named.filter((at) => (at >= from || from === 0) && at <= from + within);
  const shown = (offsets: readonly number[]): string =>
    [...new Set(offsets.map(seconds))].join(', ');
  const found: LocalText =
    inTime.length > 0
      ? { en: `at ${shown(inTime)}`, zh: `出现于 ${shown(inTime)}` }
      : named.length > 0
        ? { en: `only at ${shown(named)}`, zh: `仅出现于 ${shown(named)}` }
        : { en: 'none', zh: '没有' };
  return { holds: inTime.length > 0 !== never, expectation: expectationText(wanted), found };
};
