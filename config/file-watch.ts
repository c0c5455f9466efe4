import { stat } from 'node:fs/promises';

/** What tells that a file is another than before: it was written, replaced, made or removed. */
const stampOf = async (file: string): Promise<string> => {
  try {
    const { mtimeNs, size, ino } = await stat(file, { bigint: true });
    return `${mtimeNs} ${size} ${ino}`;
  } catch {
    // Not there or not readable: what that means is for the loader to say.
    return 'none';
  }
};

type Stamps = ReadonlyMap<string, string>;

const stampsOf = async (files: Iterable<string>): Promise<Stamps> =>
  new Map(await Promise.all([...files].map(async (file) => [file, await stampOf(file)] as const)));

const isSame = (a: Stamps, b: Stamps): boolean =>
  a.size === b.size && [...a].every(([file, stamp]) => b.get(file) === stamp);

/**
 * Tells when files are no longer as they were loaded, by looking at them now and then: works on network and bind mounts and
 * over whatever way an editor writes. A file that is still being written is waited for.
 */
export class FileWatch {
  #loaded: Stamps = new Map();
  /** As they were at the last look, while that is not as they were loaded. */
  #changed: Stamps | undefined;

  /** Watches the files that a load depends on, from how they were before it. */
  async during<T extends { readonly files: readonly string[] }>(
    load: () => Promise<T>,
  ): Promise<T> {
    const before = await stampsOf(this.#loaded.keys());
    const result = await load();
    const now = await stampsOf(result.files);
    this.#loaded = new Map([...now].map(([file, stamp]) => [file, before.get(file) ?? stamp]));
    this.#changed = undefined;
    return result;
  }

  /** Whether there is a change since the last load that has not gone on since the last look; told once. */
  async look(): Promise<boolean> {
    const now = await stampsOf(this.#loaded.keys());
    if (isSame(now, this.#loaded)) {
      this.#changed = undefined;
      return false;
    }
    const isSettled = this.#changed !== undefined && isSame(now, this.#changed);
    this.#changed = now;
    if (isSettled) this.#loaded = now;
    return isSettled;
  }
}
