export const channelCount = 6;

/** What the frame with this number holds. */
export const frameValues = (seq: number): readonly number[] =>
  Array.from(
    { length: channelCount },
    (_, channel) => ((seq * 7_919 + channel * 104_729) % 65_536) / 10,
  );
