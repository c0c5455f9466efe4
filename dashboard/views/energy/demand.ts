export type DemandJudgement = 'within' | 'near' | 'over';

/** As the rule for a demand that will pass its target has it. */
const nearShare = 0.95;

/** What is not known, or has no limit, is within: a missing number says so by itself. */
export const judgeDemand = (forecastKw: number | null, limitKw: number | null): DemandJudgement => {
  if (forecastKw === null || limitKw === null) return 'within';
  if (forecastKw > limitKw) return 'over';
  return forecastKw > nearShare * limitKw ? 'near' : 'within';
};

/** The end of a scale that all of them fit on with some room, kW. */
export const demandScale = (kilowatts: readonly (number | null)[]): number =>
  1.1 * Math.max(1, ...kilowatts.map((value) => value ?? 0));

/** `14:05`, minutes and seconds. */
export const countdownText = (seconds: number | null): string => {
  if (seconds === null) return '?';
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
};
