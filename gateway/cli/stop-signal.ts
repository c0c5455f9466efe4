/** Aborts on SIGINT and SIGTERM; a second one ends the process at once, for whoever does not want to wait. */
export const stopOnSignals = (
  onStop: () => void,
): { readonly signal: AbortSignal; readonly controller: AbortController; release(): void } => {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(1);
    onStop();
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    signal: controller.signal,
    controller,
    release: () => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
};
