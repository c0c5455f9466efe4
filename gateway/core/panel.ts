/**
 * A new panel begins when the position along the panel falls back by more than this from the furthest it had reached, in mm:
 * the encoder's noise is 0.2 mm. One number for all that tell panels apart, KPIs and records.
 */
export const panelRestartDropMm = 100;

/** Between two samples; further, the encoder did not count, it was set. */
export const longestStepMm = 100;
