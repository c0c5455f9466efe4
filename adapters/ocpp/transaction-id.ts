/** A number of a transaction holds its connector in the last four bits. */
const places = 16;
export const mostConnector = places - 1;
/** 31 bits of seconds from here reach to 2088. */
const epochMs = Date.UTC(2020, 0, 1);
const mostSeconds = 2 ** 31 - places;
/** Whoever charges for longer than that has a number that is not believed to be ours. */
const longestMs = 60 * 86_400_000;
const mostRemembered = 64;

type Issued = { readonly key: string; readonly id: number };

/**
 * Gives the transactions of one charge point their numbers: the time of the start in steps of 16 s, and the connector. The
 * same start has the same number whenever it is told, also after a restart of the gateway; two starts of one connector in the
 * same step take the next step.
 */
export class TransactionIds {
  readonly #issued: Issued[] = [];

  /** The number that was given to a start; undefined when none was, or long ago. */
  known(key: string): number | undefined {
    return this.#issued.find((one) => one.key === key)?.id;
  }

  /**
   * @param key all that the charge point told of the start: a start told again is the same
   * @param startMs UTC epoch ms, not before 2020
   */
  issue(key: string, startMs: number, connector: number): number {
    const known = this.known(key);
    if (known !== undefined) return known;
    const seconds = Math.min(Math.max(0, (startMs - epochMs) / 1000), mostSeconds);
    let id = Math.floor(seconds / places) * places + connector;
    while (this.#issued.some((one) => one.id === id)) id += places;
    this.#issued.push({ key, id });
    if (this.#issued.length > mostRemembered) this.#issued.shift();
    return id;
  }
}

/** The connector in a number that was issued before `nowMs`; undefined where it is not one of ours. */
export const connectorOf = (id: number, nowMs: number): number | undefined => {
  if (!Number.isSafeInteger(id) || id < 0) return undefined;
  const ageMs = nowMs - (epochMs + (id - (id % places)) * 1000);
  return ageMs > -3_600_000 && ageMs < longestMs ? id % places : undefined;
};
