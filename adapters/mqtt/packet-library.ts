/**
 * What the client and the broker write packets with prepares a Buffer for each of 65 536 packet numbers at its first
 * packet: 10 MB and 50 ms, to save an allocation of two bytes. To be called before.
 */
export const keepPacketLibrarySmall = async (): Promise<void> => {
  const { writeToStream } = await import('mqtt-packet');
  writeToStream.cacheNumbers = false;
};
