/**
 * What anybody can make many of: signing in and out, being refused, telling production, changing an own password. What an admin
 * does, and what the gateway says of itself, has no bound.
 */
export const boundedKinds = ['sessions', 'refusals', 'operations', 'own-passwords'] as const;
export type BoundedKind = (typeof boundedKinds)[number];

const perDay = 150;
const dayMs = 86_400_000;

const none = (): Record<BoundedKind, number> => ({
  ...{ sessions: 0, refusals: 0, operations: 0, 'own-passwords': 0 },
});

/**
 * Lists so many entries of each kind a day (UTC) and counts the rest: whoever floods the gateway does not push what admins did
 * out of a log that keeps its newest entries.
 */
export class AuditQuota {
  readonly #nowMs: () => number;
  readonly #perDay: number;
  #day = 0;
  #listed = none();
  #unlisted = none();

  constructor(nowMs: () => number, most = perDay) {
    this.#nowMs = nowMs;
    this.#perDay = most;
  }

  /** Whether one more of this kind is listed; if not, it is counted. */
  admits(kind: BoundedKind): boolean {
    const day = Math.floor(this.#nowMs() / dayMs);
    if (day !== this.#day) {
      this.#day = day;
      this.#listed = none();
    }
    const isListed = this.#listed[kind] < this.#perDay;
    (isListed ? this.#listed : this.#unlisted)[kind] += 1;
    return isListed;
  }

  /** How many of each kind were not listed since this was asked last; kinds without any are left out. */
  takeUnlisted(): Partial<Record<BoundedKind, number>> {
    const taken = Object.entries(this.#unlisted).filter(([, count]) => count > 0);
    this.#unlisted = none();
    return Object.fromEntries(taken);
  }
}
