import type { Journal } from '../journal/contract.ts';

/** Lock-step waits here, so that simulated hours do not outrun the disk. */
export const drain = async (journal: Journal): Promise<void> => {
  if (journal.nextSeq - journal.durableSeq > 20_000) await journal.flush();
};
