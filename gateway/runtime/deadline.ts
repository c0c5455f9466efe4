/**
 * Gives `action` a signal that aborts with `signal` or after `timeoutMs`. Its timer ends with the action: those of
 * `AbortSignal.timeout` would pile up, one a batch, until each has run out.
 */
export const withDeadline = async <T>(
  action: (deadline: AbortSignal) => Promise<T>,
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<T> => {
  const deadline = new AbortController();
  const onAbort = (): void => deadline.abort(signal.reason);
  const timer = setTimeout(() => {
    deadline.abort(new DOMException(`not done within ${timeoutMs} ms`, 'TimeoutError'));
  }, timeoutMs);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await action(deadline.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
};
