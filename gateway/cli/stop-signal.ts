/**
 * Ctrl+C reaches every process of the terminal, and a launcher forwards it once more: a repetition this soon is the same
 * wish.
 */
const sameWishMs = 700;

export type StopSignal = {
  readonly signal: AbortSignal;
  readonly controller: AbortController;
  release(): void;
};

/** Aborts on SIGINT and SIGTERM; a second one ends the process at once, for whoever does not want to wait. */
export const stopOnSignals = (onStop: () => void): StopSignal => {
  const controller = new AbortController();
  let firstMs = 0;
  const stop = (): void => {
    if (!controller.signal.aborted) {
      firstMs = performance.now();
      onStop();
      controller.abort();
    } else if (performance.now() - firstMs > sameWishMs) {
      process.exit(1);
    }
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
