/** How one of several alike stands beside the others. */
export type PeerJudgement = 'unknown' | 'unavailable' | 'low' | 'very-low' | 'usual' | 'high';

/** Shares of the median below and above which one stands out: as rules for a low inverter have it. */
const lowShare = 0.95;
const veryLowShare = 0.9;
const highShare = 1.05;

/** The middle of those that are known; null without any. */
export const medianOf = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  const upper = known[Math.floor(known.length / 2)];
  const lower = known[Math.ceil(known.length / 2) - 1];
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2;
};

export const judgePeer = (
  value: number | null,
  median: number | null,
  isUnavailable: boolean,
): PeerJudgement => {
  if (isUnavailable) return 'unavailable';
  if (value === null || median === null || median <= 0) return 'unknown';
  const share = value / median;
  if (share < veryLowShare) return 'very-low';
  if (share < lowShare) return 'low';
  return share > highShare ? 'high' : 'usual';
};
