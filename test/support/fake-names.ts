import dns from 'node:dns';
import { onTestFinished, vi } from 'vitest';

/** Lets every host name mean one address, which may change; real sockets are connected to it. */
export const fakeNames = (address: string): { address: string } => {
  const names = { address };
  const lookup = (
    _host: string,
    options: { readonly all?: boolean },
    callback: (error: null, found: unknown, family?: number) => void,
  ): void => {
    if (options.all === true) callback(null, [{ address: names.address, family: 4 }]);
    else callback(null, names.address, 4);
  };
  const spy = vi.spyOn(dns, 'lookup').mockImplementation(lookup as never);
  onTestFinished(() => spy.mockRestore());
  return names;
};
