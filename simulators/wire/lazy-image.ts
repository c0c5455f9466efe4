import { type RegisterBlock, type RegisterImage, SparseImage } from './register-image.ts';

/** A block of registers, and what writes the present values of the model into it. */
export type LazyBlock = {
  readonly block: RegisterBlock;
  readonly write: (image: SparseImage) => void;
};

/** Registers that are written when somebody reads them, because a model steps far more often than most of its blocks are read. */
export class LazyImage implements RegisterImage {
  readonly #image: SparseImage;
  readonly #blocks: readonly (LazyBlock & { isStale: boolean })[];

  constructor(blocks: readonly LazyBlock[]) {
    this.#image = new SparseImage(blocks.map(({ block }) => block));
    this.#blocks = blocks.map((block) => ({ ...block, isStale: true }));
  }

  /** The model has moved: what is read from now on is written anew. */
  invalidate(): void {
    for (const block of this.#blocks) block.isStale = true;
  }

  read(address: number, quantity: number): Buffer | undefined {
    for (const block of this.#blocks) {
      const [start, length] = block.block;
      if (address >= start && address < start + length) this.#refresh(block);
    }
    return this.#image.read(address, quantity);
  }

  snapshot(): RegisterImage {
    for (const block of this.#blocks) this.#refresh(block);
    return this.#image.snapshot();
  }

  #refresh(block: LazyBlock & { isStale: boolean }): void {
    if (!block.isStale) return;
    block.isStale = false;
    block.write(this.#image);
  }
}
