/**
 * Nanoseconds of processor time that this thread has used: unlike the clock, it stands still while others have the core. The
 * kernel brings it up to date every few milliseconds, so that only longer runs can be told.
 */
export const threadNanoseconds = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) * 1000;
};
