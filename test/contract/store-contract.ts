import { describe, expect, it } from 'vitest';
import { testFolder } from '../support/journal.ts';

/**
 * What every store of a data folder promises: what was acknowledged is there after a restart and after a crash, a second close
 * is no harm, a newer version is refused in words and not touched, a file that is rubbish is set aside and the store begins
 * anew or goes on with what verifies.
 */
export type OpenStore = {
  /** Keeps a value and resolves once that is acknowledged. */
  put(value: number): Promise<void>;
  /** The values that it holds, oldest first. */
  values(): Promise<readonly number[]>;
  close(): Promise<void>;
  /** Ends it as a crash would. */
  abandon(): Promise<void>;
};

export type StoreCase = {
  readonly name: string;
  readonly open: (folder: string) => Promise<OpenStore>;
  /** Makes the store look as if a newer gateway had written it. */
  readonly age: (folder: string) => void;
  /** Overwrites a file of it; gives the name of the file. */
  readonly ruin: (folder: string) => string;
  /** Whether values that were there before are there after `ruin`. */
  readonly survivesRuin: boolean;
};

export const describeStoreContract = ({ name, open, age, ruin, survivesRuin }: StoreCase): void => {
  describe(`${name} as a store`, { timeout: 20_000 }, () => {
    it('keeps what it acknowledged through a restart, and may be closed twice', async () => {
      const folder = testFolder();
      const first = await open(folder);
      expect(await first.values()).toEqual([]);
      for (const value of [1, 2, 3]) await first.put(value);
      await first.close();
      const second = await open(folder);
      expect(await second.values()).toEqual([1, 2, 3]);
      await second.put(4);
      expect(await second.values()).toEqual([1, 2, 3, 4]);
      await second.close();
      await second.close();
    });

    it('keeps what it acknowledged through a crash', async () => {
      const folder = testFolder();
      const first = await open(folder);
      for (const value of [1, 2]) await first.put(value);
      await first.abandon();
      const second = await open(folder);
      expect(await second.values()).toEqual([1, 2]);
      await second.put(3);
      expect(await second.values()).toEqual([1, 2, 3]);
      await second.close();
    });

    it('of a newer version is refused in words', async () => {
      const folder = testFolder();
      const store = await open(folder);
      await store.put(1);
      await store.close();
      age(folder);
      await expect(open(folder)).rejects.toMatchObject({
        code: 'STORE_VERSION',
        retryable: false,
        message: expect.stringMatching(/was written by a newer gateway.*version.*Run the newer/),
      });
    });

    it('starts with rubbish in its place, and goes on', async () => {
      const folder = testFolder();
      const first = await open(folder);
      await first.put(1);
      await first.close();
      ruin(folder);
      const second = await open(folder);
      expect(await second.values()).toEqual(survivesRuin ? [1] : []);
      await second.put(2);
      expect(await second.values()).toEqual(survivesRuin ? [1, 2] : [2]);
      await second.close();
    });
  });
};
