import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { GatewayError } from '../core/error.ts';

/** What hashing costs, as scrypt (RFC 7914) has it. */
export type PasswordCost = { readonly N: number; readonly r: number; readonly p: number };

/** OWASP's choice for 16 MB of memory: N = 2^14, r = 8, p = 5. */
const usualCost: PasswordCost = { N: 16_384, r: 8, p: 5 };
const saltBytes = 16;
const hashBytes = 32;
const maxMemoryBytes = 64 * 1024 * 1024;

/** One at a time takes a core and 16 MB; more wait, and beyond so many nobody is let in. */
const mostWaiting = 16;

export const leastPasswordLength = 10;
export const mostPasswordLength = 256;

/** The same password, however a keyboard composes its letters. */
const normal = (password: string): string => password.normalize('NFKC');

const derive = (password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(
      normal(password),
      salt,
      hashBytes,
      { ...options, maxmem: maxMemoryBytes },
      (error, key) => (error === null ? resolve(key) : reject(error)),
    );
  });

const encode = (cost: PasswordCost, salt: Buffer, hash: Buffer): string =>
  `scrypt$${cost.N}$${cost.r}$${cost.p}$${salt.toString('base64url')}$${hash.toString('base64url')}`;

type Encoded = { readonly options: ScryptOptions; readonly salt: Buffer; readonly hash: Buffer };

const decode = (encoded: string): Encoded => {
  const [name, n, r, p, salt, hash] = encoded.split('$');
  if (name !== 'scrypt' || salt === undefined || hash === undefined) {
    throw new GatewayError('STORE_CORRUPT', 'a stored password is not readable', {
      retryable: false,
    });
  }
  return {
    options: { N: Number(n), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  };
};

/** Stands in for users that there are not, so that their absence takes as long as a wrong password. */
const nobody = (cost: PasswordCost): Encoded => ({
  ...{ options: cost, salt: randomBytes(saltBytes), hash: randomBytes(hashBytes) },
});

/** Hashes passwords with scrypt, one at a time, on the thread pool. */
export class Passwords {
  readonly #cost: PasswordCost;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** Another cost than the usual is for tests. What is stored keeps its own. */
  constructor(cost = usualCost) {
    this.#cost = cost;
  }

  /** What is kept of a password: `scrypt$N$r$p$salt$hash`. @throws GatewayError UNAVAILABLE when too many wait */
  hash(password: string): Promise<string> {
    const salt = randomBytes(saltBytes);
    return this.#inTurn(async () =>
      encode(this.#cost, salt, await derive(password, salt, this.#cost)),
    );
  }

  /** Whether it is the one; without `encoded` it takes as long and is not. @throws GatewayError UNAVAILABLE */
  isRight(password: string, encoded: string | undefined): Promise<boolean> {
    const { options, salt, hash } = encoded === undefined ? nobody(this.#cost) : decode(encoded);
    return this.#inTurn(async () => {
      const found = await derive(password, salt, options);
      return timingSafeEqual(found, hash) && encoded !== undefined;
    });
  }

  async #inTurn<Output>(work: () => Promise<Output>): Promise<Output> {
    if (this.#waiting >= mostWaiting) {
      const words = {
        en: `${mostWaiting} sign-ins are being checked already`,
        zh: `已有 ${mostWaiting} 次登录正在核对`,
      };
      throw new GatewayError('UNAVAILABLE', words, { retryable: true, retryAfterMs: 2000 });
    }
    this.#waiting += 1;
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#waiting -= 1;
    }
  }
}
