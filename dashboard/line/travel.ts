/** Slower than this a line stands, mm/min. */
const standingMmPerMinute = 10;
const minuteMs = 60_000;
const mmPerMetre = 1000;

/** How long the rest of the panel takes at this speed, ms; null while the line stands or a value is not known. */
export const remainingMs = (
  positionMm: number | null,
  lengthMm: number | null,
  speedMPerMin: number | null,
): number | null => {
  if (positionMm === null || lengthMm === null || speedMPerMin === null) return null;
  const mmPerMinute = speedMPerMin * mmPerMetre;
  if (mmPerMinute < standingMmPerMinute) return null;
  return (Math.max(0, lengthMm - positionMm) / mmPerMinute) * minuteMs;
};

/** `7:05`: minutes and seconds. */
export const formatMinutes = (durationMs: number): string => {
  const seconds = Math.round(durationMs / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};
