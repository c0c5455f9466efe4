/**
 * Statuses below this are usable (good or uncertain); bad ones and the mark of an absent sample are at or above it. Compared as
 * plain numbers, because in the hot path a call a sample is too much.
 */
export const firstBadStatus = 0x8000_0000;
/** Statuses from this on, below `firstBadStatus`, are uncertain. */
export const firstUncertainStatus = 0x4000_0000;
