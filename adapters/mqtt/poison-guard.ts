/** What tells one message from another when a batch is sent again. */
export type MessageIdentity = {
  readonly topic: string;
  /** Of the first entry in it; 0 for a message without entries. */
  readonly firstSeq: number;
};

export type Suspect = MessageIdentity & {
  readonly payloadBytes: number;
  readonly entryCount: number;
};

/** A connection lost so often in a row over the same lone message is lost because of it. */
const strikesToCondemn = 2;

/**
 * Finds the message that a broker answers by closing the connection: too large before MQTT 5, a topic it does not allow.
 * Sent again and again, it would hold up everything behind it for ever. After a loss, messages go out one by one, so that
 * the next loss names its cause. Connections are announced before, so a broker that is merely down accuses nobody.
 */
export class PoisonGuard {
  #isCautious = false;
  #suspect: Suspect | undefined;
  #strikes = 0;

  /** Whether messages have to go out one by one. */
  get isCautious(): boolean {
    return this.#isCautious;
  }

  /** The message that is not to be sent again. */
  get condemned(): Suspect | undefined {
    return this.#strikes >= strikesToCondemn ? this.#suspect : undefined;
  }

  isCondemned(message: MessageIdentity): boolean {
    const { condemned } = this;
    return condemned !== undefined && isSame(condemned, message);
  }

  /** The connection was lost with `underWay` unacknowledged. */
  lost(underWay: readonly Suspect[]): void {
    const [lone, ...others] = underWay;
    if (this.#isCautious && lone !== undefined && others.length === 0) {
      const isKnown = this.#suspect !== undefined && isSame(this.#suspect, lone);
      this.#strikes = isKnown ? this.#strikes + 1 : 1;
      this.#suspect = lone;
    }
    this.#isCautious = true;
  }

  /** A batch went through, or the condemned message has been changed. */
  clear(): void {
    this.#isCautious = false;
    this.#suspect = undefined;
    this.#strikes = 0;
  }
}

const isSame = (a: MessageIdentity, b: MessageIdentity): boolean =>
  a.topic === b.topic && a.firstSeq === b.firstSeq;
