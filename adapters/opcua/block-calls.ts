import type { StatusCode } from '../../gateway/core/quality.ts';
import { inChunks } from './chunks.ts';
import { serviceRefusal } from './service-refusal.ts';

export type BlockWork<Item> = {
  /** One request; rejects when the server refuses the whole of it. */
  call(block: readonly Item[]): Promise<void>;
  /** Told of an item that the server refuses although it stands alone. */
  refused(item: Item, status: StatusCode): void;
};

/**
 * Requests about many items, of one connection. A server that refuses a whole request for the sake of one item must not
 * cost the others their values: the request is halved until what spoils it stands alone, in at most twice as many requests
 * as there are items. A server that takes only so many items at once is asked for no more from then on.
 */
export class BlockCalls {
  readonly #onSplit: () => void;
  #size: number;

  constructor(size: number, onSplit: () => void) {
    this.#size = size;
    this.#onSplit = onSplit;
  }

  async run<Item>(items: readonly Item[], work: BlockWork<Item>): Promise<void> {
    const waiting = [...inChunks(items, this.#size)].reverse();
    for (let block = waiting.pop(); block !== undefined; block = waiting.pop()) {
      const refusal = await this.#call(block, work);
      if (refusal === undefined) continue;
      if (block.length === 1) {
        work.refused(block[0] as Item, refusal.status);
        continue;
      }
      this.#onSplit();
      const half = Math.ceil(block.length / 2);
      if (refusal.isTooMuch) this.#size = Math.min(this.#size, half);
      waiting.push(block.slice(half), block.slice(0, half));
    }
  }

  async #call<Item>(block: readonly Item[], work: BlockWork<Item>) {
    try {
      await work.call(block);
      return undefined;
    } catch (error) {
      const refusal = serviceRefusal(error);
      if (refusal === undefined) throw error;
      return refusal;
    }
  }
}
