/** How long the parts of a stopping gateway may take, each phase, and all together before the journal is closed. */
export const stopPhaseMs = {
  change: 500,
  sources: 1000,
  state: 1000,
  sinks: 1500,
  readers: 250,
  all: 3600,
};
/** With the journal. */
export const stopWithinMs = 4000;
export const leastJournalMs = 250;
