/** What a charger does, told apart by shape as well as colour. */
export type ChargerState = 'idle' | 'busy' | 'faulted' | 'silent';

export const chargerMarks: Readonly<Record<ChargerState, string>> = {
  idle: '○',
  busy: '●',
  faulted: '▲',
  silent: '✕',
};

/**
 * By the number that the charger tells: which ones mean busy is among the parameters of chargerUtilisation, which one means
 * a fault is told by its name, for profiles number their states as their chargers do.
 */
export const chargerStateOf = (
  status: number | null,
  busyStatuses: readonly unknown[],
  labelInEnglish: string | undefined,
): ChargerState => {
  if (status === null) return 'silent';
  if (busyStatuses.includes(status)) return 'busy';
  return /fault|error|unavailable/i.test(labelInEnglish ?? '') ? 'faulted' : 'idle';
};
