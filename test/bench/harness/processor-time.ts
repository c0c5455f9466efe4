/** Nanoseconds of processor time that this thread has used: unlike the clock, it stands still while others have the core. */
export const threadNanoseconds = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) * 1000;
};
