/**
 * The state of a compiled program is one Float64Array. Operators reserve cells while the program is compiled and work on
 * `(memory, base)` afterwards, so that a snapshot is one copy, a restore another, and no sample allocates anything.
 */
export class ArenaPlan {
  #size = 0;
  readonly #initial: (readonly [number, number])[] = [];

  /** Index of the first of `size` new cells; cells start at 0 unless `initial` gives their first values. */
  reserve(size: number, initial: readonly number[] = []): number {
    const base = this.#size;
    // `| 0`: a small integer for the compiler too. After one size that is not, as a power is, all indices would be doubles that
    // lie in objects of their own.
    this.#size = (base + size) | 0;
    for (const [index, value] of initial.entries()) this.#initial.push([base + index, value]);
    return base;
  }

  get size(): number {
    return this.#size;
  }

  /** The arena with every cell at its first value. */
  allocate(): Float64Array {
    const memory = new Float64Array(this.#size);
    for (const [index, value] of this.#initial) memory[index] = value;
    return memory;
  }
}
