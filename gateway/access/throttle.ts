import { isIPv6 } from 'node:net';
import { userKey } from './book.ts';

/** So many failures in a row are free; each one after them doubles the wait. */
export type ThrottleLimits = {
  /** For one user from one address. */
  readonly userAtAddress: number;
  /** For one address, whoever it tries. */
  readonly address: number;
  /** For one user, from wherever: high, so that nobody is locked out by a stranger soon. */
  readonly user: number;
};

const defaultLimits: ThrottleLimits = { userAtAddress: 5, address: 20, user: 60 };
const firstWaitMs = 1000;
const mostWaitMs = 5 * 60_000;
/** Short: behind one address there may be a whole plant, and strangers anywhere may try one user. */
const mostWaitOfManyMs = 30_000;
const mostNameLength = 64;
const forgottenAfterMs = 60 * 60_000;
const mostKeys = 4096;

type Failures = { readonly count: number; readonly lastMs: number };

/** Whoever has IPv6 has at least a /64 of it. */
const networkOf = (address: string): string => {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [head = '', tail = ''] = address.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  return `${[...front, ...zeros, ...back].slice(0, 4).join(':')}::/64`;
};

type Scope = { readonly key: string; readonly free: number; readonly mostWaitMs: number };

/**
 * Makes guessing slow: by user, by address and by both. Tokens cannot be guessed: they have no user (null), only an address.
 * Times are of one clock that never goes back.
 */
export class SignInThrottle {
  readonly #limits: ThrottleLimits;
  readonly #failures = new Map<string, Failures>();

  constructor(limits: ThrottleLimits = defaultLimits) {
    this.#limits = limits;
  }

  /** How long until the next try is looked at; 0 when it is now. */
  waitMs(user: string | null, address: string, nowMs: number): number {
    const waits = this.#scopes(user, address).map(({ key, free, mostWaitMs: most }) => {
      const failures = this.#failures.get(key);
      if (failures === undefined || failures.count < free) return 0;
      const waitMs = Math.min(most, firstWaitMs * 2 ** (failures.count - free));
      return failures.lastMs + waitMs - nowMs;
    });
    return Math.max(0, ...waits);
  }

  /** Counted before it is known, so that many tries at once are not free. */
  failed(user: string | null, address: string, nowMs: number): void {
    for (const { key } of this.#scopes(user, address)) {
      const before = this.#failures.get(key);
      const isForgotten = before === undefined || nowMs - before.lastMs > forgottenAfterMs;
      // Behind all others: the first of the map is the one that failed least recently.
      this.#failures.delete(key);
      this.#failures.set(key, { count: isForgotten ? 1 : before.count + 1, lastMs: nowMs });
    }
    for (const key of this.#failures.keys()) {
      if (this.#failures.size <= mostKeys) break;
      this.#failures.delete(key);
    }
  }

  /** It was right after all: the user is not to wait for own mistakes; the address stays known for others. */
  succeeded(user: string | null, address: string): void {
    this.unjudged(user, address);
    if (user !== null) this.#failures.delete(keyOf(user, networkOf(address)));
  }

  /** It was counted, but neither right nor wrong: nobody looked at it. */
  unjudged(user: string | null, address: string): void {
    for (const { key } of this.#scopes(user, address)) {
      const failures = this.#failures.get(key);
      if (failures === undefined) continue;
      if (failures.count <= 1) this.#failures.delete(key);
      else this.#failures.set(key, { ...failures, count: failures.count - 1 });
    }
  }

  #scopes(user: string | null, address: string): readonly Scope[] {
    const { address: free, user: freeOfUser, userAtAddress } = this.#limits;
    const network = networkOf(address);
    const ofAddress = { key: keyOf(null, network), free, mostWaitMs: mostWaitOfManyMs };
    if (user === null) return [ofAddress];
    return [
      { key: keyOf(user, network), free: userAtAddress, mostWaitMs },
      ofAddress,
      { key: keyOf(user, null), free: freeOfUser, mostWaitMs: mostWaitOfManyMs },
    ];
  }
}

/** Names that are one user are one key. */
const keyOf = (user: string | null, network: string | null): string =>
  JSON.stringify([user === null ? null : userKey(user).slice(0, mostNameLength), network]);
