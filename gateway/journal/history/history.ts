export const openHistory = async (_options: unknown) => ({
  run: async (_signal: AbortSignal) => undefined,
  query: async (_query: unknown) => [],
  close: async () => undefined,
});
