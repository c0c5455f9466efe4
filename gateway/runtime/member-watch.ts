import type { GatewayEvent } from '../core/event.ts';
import { type LocalText, noText } from '../core/point.ts';
import type { MemberState } from '../core/source.ts';

type State = MemberState['state'];

type Watched = {
  state: MemberState;
  /** What the newest event said of it; nothing is said of a member that came up as it should. */
  told: State;
  toldMs: number;
  /** Since when its state has differed from what was told; of the monotonic clock. */
  sinceMs: number;
  /** How much the connection had given by then. */
  heardBefore: number;
};

/** A member is told of so often at most, however often it comes and goes. */
const quietMs = 60_000;
/** A single answer that did not come, or came in part, is no news. */
const settleMs: Readonly<Record<State, number>> = { up: 0, degraded: 10_000, down: 2000 };
/** So long a connection that gives nothing may turn out to be lost as a whole, which is told instead. */
const doubtMs = 60_000;
/** More that are due at once are told in one event. */
const mostSingle = 5;
const mostNamed = 10;

/** Tells which members of a living connection were lost and came back. */
export class MemberWatch {
  readonly #source: string;
  readonly #event: (event: GatewayEvent) => void;
  readonly #members = new Map<string, Watched>();
  readonly #pending = new Set<Watched>();
  #heard = 0;
  #budgetMs = Number.NEGATIVE_INFINITY;
  #told = 0;

  constructor(source: string, event: (event: GatewayEvent) => void) {
    this.#source = source;
    this.#event = event;
  }

  states(): readonly MemberState[] {
    return [...this.#members.values()].map(({ state }) => state);
  }

  /** To be called at each frame with anything usable in it. */
  heard(): void {
    this.#heard += 1;
  }

  take(state: MemberState, nowMs: number): void {
    let watched = this.#members.get(state.member);
    if (watched === undefined) {
      const toldMs = Number.NEGATIVE_INFINITY;
      watched = { state, told: 'up', toldMs, sinceMs: nowMs, heardBefore: this.#heard };
      this.#members.set(state.member, watched);
    }
    const isPending = this.#pending.has(watched) && watched.state.state === state.state;
    watched.state = state;
    if (state.state === watched.told) this.#pending.delete(watched);
    else if (!isPending) {
      watched.sinceMs = nowMs;
      watched.heardBefore = this.#heard;
      this.#pending.add(watched);
    }
  }

  /** The loss of the connection is told of it; of its members it is only shown. */
  connectionLost(reason: LocalText): void {
    this.#pending.clear();
    for (const watched of this.#members.values()) {
      watched.state = { member: watched.state.member, state: 'down', reason };
    }
  }

  /** To be called as time passes while the connection is up. */
  passTime(nowMs: number): void {
    if (this.#pending.size === 0) return;
    const due = [...this.#pending].filter((watched) => this.#isDue(watched, nowMs));
    if (due.length === 0) return;
    if (nowMs - this.#budgetMs >= quietMs) {
      this.#budgetMs = nowMs;
      this.#told = 0;
    }
    const room = mostSingle - this.#told;
    // Beyond what may be told singly, the rest of a minute is gathered into one event.
    if (due.length > room && this.#told > 0) return;
    for (const watched of due) {
      watched.told = watched.state.state;
      watched.toldMs = nowMs;
      this.#pending.delete(watched);
    }
    this.#told += due.length;
    if (due.length <= room)
      for (const { state } of due) this.#event(memberEvent(this.#source, state));
    else this.#tellOfMany(due.map(({ state }) => state));
  }

  #isDue(watched: Watched, nowMs: number): boolean {
    const { state, toldMs, sinceMs, heardBefore } = watched;
    if (nowMs - toldMs < quietMs || nowMs - sinceMs < settleMs[state.state]) return false;
    return state.state === 'up' || this.#heard > heardBefore || nowMs - sinceMs >= doubtMs;
  }

  #tellOfMany(states: readonly MemberState[]): void {
    const isUp = ({ state }: MemberState): boolean => state === 'up';
    const up = states.filter(isUp);
    const lost = states.filter((state) => !isUp(state));
    for (const members of [lost, up]) {
      if (members.length > 0) this.#event(membersEvent(this.#source, members));
    }
  }
}

const codeOf = (state: State): 'member-lost' | 'member-restored' =>
  state === 'up' ? 'member-restored' : 'member-lost';

const severityOf = (state: State): GatewayEvent['severity'] =>
  state === 'up' ? 'info' : 'warning';

const memberText = (source: string, { member, state, reason }: MemberState): LocalText => {
  if (state === 'up') {
    return {
      en: `${member} of source ${source} is back`,
      zh: `数据源 ${source} 的 ${member} 已恢复`,
    };
  }
  return state === 'down'
    ? {
        en: `${member} of source ${source} is lost: ${reason.en}`,
        zh: `数据源 ${source} 的 ${member} 已中断：${reason.zh}`,
      }
    : {
        en: `${member} of source ${source} works only in part: ${reason.en}`,
        zh: `数据源 ${source} 的 ${member} 仅部分可用：${reason.zh}`,
      };
};

const memberEvent = (source: string, state: MemberState): GatewayEvent => ({
  code: codeOf(state.state),
  severity: severityOf(state.state),
  subject: source,
  text: memberText(source, state),
  details: { source, member: state.member, state: state.state, reason: state.reason.en },
});

const membersEvent = (source: string, states: readonly MemberState[]): GatewayEvent => {
  const [first] = states;
  const { state, reason } = first ?? { state: 'up' as const, reason: noText };
  const named = states.slice(0, mostNamed).map(({ member }) => member);
  const more = states.length > mostNamed ? '; ...' : '';
  const members = `${named.join('; ')}${more}`;
  const count = states.length;
  return {
    code: codeOf(state),
    severity: severityOf(state),
    subject: source,
    text:
      state === 'up'
        ? {
            en: `${count} members of source ${source} are back: ${members}`,
            zh: `数据源 ${source} 的 ${count} 个成员已恢复：${members}`,
          }
        : {
            en: `${count} members of source ${source} are lost or work only in part: ${members}; the first: ${reason.en}`,
            zh: `数据源 ${source} 的 ${count} 个成员已中断或仅部分可用：${members}；首个原因：${reason.zh}`,
          },
    details: { source, members: count },
  };
};
