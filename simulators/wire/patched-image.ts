import type { RegisterImage } from './register-image.ts';

/** Registers that show something else than what stands in the image. */
export type Patch = {
  readonly address: number;
  readonly registers: number;
  /** The bytes at this moment, of all these registers. */
  readonly bytes: () => Buffer;
};

/** An image with patches on it; of two on one register the later one shows. */
export class PatchedImage implements RegisterImage {
  readonly #base: RegisterImage;
  readonly #patches: readonly Patch[];

  constructor(base: RegisterImage, patches: readonly Patch[]) {
    this.#base = base;
    this.#patches = patches;
  }

  read(address: number, quantity: number): Buffer | undefined {
    const view = this.#base.read(address, quantity);
    if (view === undefined) return undefined;
    const shown = Buffer.from(view);
    for (const patch of this.#patches) {
      const from = Math.max(address, patch.address);
      const to = Math.min(address + quantity, patch.address + patch.registers);
      if (from >= to) continue;
      const source = (from - patch.address) * 2;
      patch.bytes().copy(shown, (from - address) * 2, source, source + (to - from) * 2);
    }
    return shown;
  }
}
