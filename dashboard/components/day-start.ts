const dayMs = 86_400_000;
const minuteMs = 60_000;

/** By how much the clocks of a zone are ahead of UTC at an instant, ms. */
const offsetAt = (timeMs: number, timeZone: string): number => {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  }).formatToParts(timeMs);
  const part = (type: string): number =>
    Number(parts.find((each) => each.type === type)?.value ?? 0);
  const shown = Date.UTC(
    ...([part('year'), part('month') - 1, part('day')] as const),
    ...([part('hour'), part('minute'), part('second')] as const),
  );
  return Math.round((shown - timeMs) / minuteMs) * minuteMs;
};

/**
 * Midnight of a day such as `2024-06-20` by the clocks of a zone, `days` later, as UTC epoch ms; undefined for what is no day.
 */
export const dayStartMs = (day: string, timeZone: string, days = 0): number | undefined => {
  const utcMs = Date.parse(`${day}T00:00:00Z`) + days * dayMs;
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(utcMs)) return undefined;
  // Clocks may be changed between the guess and the answer: the offset that holds at the answer counts.
  const guessMs = utcMs - offsetAt(utcMs, timeZone);
  return utcMs - offsetAt(guessMs, timeZone);
};
