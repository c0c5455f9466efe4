export type MemberRetryOptions = {
  /** Makes the waits of members differ, the same way in every run. */
  readonly name: string;
  /** Failures in a row after which the member is asked less often than its period says. */
  readonly tolerated?: number;
  readonly firstMs?: number;
  readonly longestMs?: number;
};

/** A dead member may cost its bus this share of the time. */
const busShare = 0.1;

/**
 * When to ask a member of a living connection (a unit id, a block, a node) again that has failed: at its next period for
 * the first failures, then after waits that double, with jitter, up to 5 minutes, and never so soon that the time lost on
 * it passes a tenth of all time. The first failures are made up for at the first wait, which stays within 5 minutes.
 */
export class MemberRetry {
  readonly #options: Required<MemberRetryOptions>;
  #failures = 0;
  /** What the failures have cost that were followed by no rest. */
  #unpaidMs = 0;

  constructor(options: MemberRetryOptions) {
    this.#options = { tolerated: 2, firstMs: 1000, longestMs: 300_000, ...options };
  }

  get failures(): number {
    return this.#failures;
  }

  /** Whether the member is given up until a probe succeeds. */
  get isDown(): boolean {
    return this.#failures > this.#options.tolerated;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#unpaidMs = 0;
  }

  /**
   * Counts a failure that kept the bus for `costMs`.
   *
   * @returns for how long to leave the member alone; 0 when its period decides
   */
  failed(costMs: number): number {
    this.#failures += 1;
    this.#unpaidMs += costMs;
    if (!this.isDown) return 0;
    const { tolerated, firstMs, longestMs, name } = this.#options;
    const doublings = Math.min(this.#failures - tolerated - 1, 30);
    const boundMs = Math.min(firstMs * 2 ** doublings, longestMs);
    const jittered = boundMs * (0.5 + 0.5 * spread(name, this.#failures));
    const owedMs = Math.min(restFor(this.#unpaidMs), longestMs);
    this.#unpaidMs = 0;
    return Math.max(jittered, owedMs, restFor(costMs));
  }
}

const restFor = (costMs: number): number => costMs / busShare - costMs;

/** A number in [0, 1) that is the same for the same name and count (FNV-1a). */
const spread = (name: string, count: number): number => {
  let hash = 0x811c_9dc5 ^ count;
  for (let i = 0; i < name.length; i += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x0100_0193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b_3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
};
