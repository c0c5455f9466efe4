/** Slower than this a line stands, mm/min. */
const standingMmPerMinute = 10;
const minuteMs = 60_000;
const mmPerMetre = 1000;

export type Travel =
  | { readonly kind: 'standing' | 'unknown' }
  | { readonly kind: 'moving'; readonly leftMs: number };

/** How long the rest of the panel takes at this speed; a line of which something is not known does not stand for that. */
export const travelOf = (
  positionMm: number | null,
  lengthMm: number | null,
  speedMPerMin: number | null,
): Travel => {
  if (speedMPerMin === null) return { kind: 'unknown' };
  const mmPerMinute = speedMPerMin * mmPerMetre;
  if (mmPerMinute < standingMmPerMinute) return { kind: 'standing' };
  if (positionMm === null || lengthMm === null) return { kind: 'unknown' };
  return { kind: 'moving', leftMs: (Math.max(0, lengthMm - positionMm) / mmPerMinute) * minuteMs };
};

/** `7:05`: minutes and seconds. */
export const formatMinutes = (durationMs: number): string => {
  const seconds = Math.round(durationMs / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};
