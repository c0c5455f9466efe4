import type { GatewayView } from '../../runtime/view.ts';
import type { LiveState } from '../live-contract.ts';
import type { FeedMember } from './shared-feed.ts';

const lookEveryMs = 250;
const signOfLifeMs = 5000;

/** Tells those who follow it when the gateway is in another state, so that no page need ask again and again. */
export class StateFeed {
  readonly #view: GatewayView;
  readonly #configurationId: () => string;
  /** The turn that each was told of last; 0 before the first. */
  readonly #members = new Map<FeedMember, number>();
  #timer: NodeJS.Timeout | undefined;
  /** A turn begins with another state, and when it has lasted for some time. */
  #told = { text: '', untilMs: 0, turn: 0 };

  constructor(view: GatewayView, configurationId: () => string) {
    this.#view = view;
    this.#configurationId = configurationId;
  }

  join(member: FeedMember): void {
    this.#members.set(member, 0);
    this.#timer ??= setInterval(() => this.#push(), lookEveryMs);
    this.#push();
  }

  leave(member: FeedMember): void {
    this.#members.delete(member);
    if (this.#members.size === 0) this.close();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #push(): void {
    const state = this.#state();
    const text = JSON.stringify(state);
    const nowMs = performance.now();
    if (text !== this.#told.text || nowMs >= this.#told.untilMs) {
      this.#told = { text, untilMs: nowMs + signOfLifeMs, turn: this.#told.turn + 1 };
    }
    const { turn } = this.#told;
    let message: Buffer | undefined;
    for (const [member, before] of this.#members) {
      if (before === turn || !member.isReady()) continue;
      message ??= Buffer.from(
        JSON.stringify({ type: 'state', nowMs: this.#view.nowMs(), ...state }),
      );
      this.#members.set(member, turn);
      member.send(message);
    }
  }

  #state(): Omit<LiveState, 'type' | 'nowMs'> {
    const { ready, reasons } = this.#view.readiness();
    const [newest] = this.#view.events({ limit: 1, afterSeq: 0 });
    return {
      ...{ ready, reasons: [...reasons] },
      configurationId: this.#configurationId(),
      newestEventSeq: newest?.seq ?? 0,
    };
  }
}
