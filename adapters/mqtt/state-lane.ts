import { type EntryBatch, originCodes } from '../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../gateway/core/point.ts';
import { absentStatus, type StatusCode } from '../../gateway/core/quality.ts';
import type { NewestSample } from '../../gateway/core/sink.ts';
import { hasValue, isText, sendableStatus, type TextLookup } from './sample-text.ts';
import { stateTopic } from './topics.ts';

export type StateMessage = { readonly topic: string; readonly payload: string };

/** What the lane knows of one group: a column a channel. `NaN` in a time column means never. */
type GroupState = {
  readonly group: RegisteredGroup;
  readonly topics: readonly string[];
  /** What follows the status in a payload: unit and label. */
  readonly endings: readonly string[];
  readonly texts: readonly boolean[];
  readonly deadband: Float64Array;
  readonly value: Float64Array;
  readonly status: Uint32Array;
  readonly timeMs: Float64Array;
  readonly sentValue: Float64Array;
  readonly sentStatus: Uint32Array;
  readonly sentAtMs: Float64Array;
  /** 1: in the dirty list. */
  readonly isListed: Uint8Array;
};

export type StateLaneOptions = {
  /** Least distance of two messages of one point; 0 for every change. */
  readonly periodMs: number;
  readonly simulated: boolean;
  readonly lookup: TextLookup;
};

/**
 * Decides which points deserve a retained message: those whose newest live sample left the deadband around what was last
 * sent, or changed its status. A change that comes too soon stays on the dirty list, which holds each point at most once,
 * and goes out when its time has come, with the value that is newest by then.
 */
export class StateLane {
  readonly #options: StateLaneOptions;
  readonly #groups = new Map<number, GroupState>();
  #dirty: { readonly state: GroupState; readonly channel: number }[] = [];

  constructor(options: StateLaneOptions) {
    this.#options = options;
  }

  /** Takes a sample that is the newest of its point, unless a newer one is known. */
  refresh({ group, channel, timeMs, value, status }: NewestSample): void {
    const state = this.#stateOf(group);
    if (timeMs > (state.timeMs[channel] as number) || Number.isNaN(state.timeMs[channel])) {
      this.#take(state, channel, { timeMs, value, status });
    }
  }

  /** Takes the newest values of one live frame: entry `index` of `entries`, a frame of `group`. */
  absorb(group: RegisteredGroup, entries: EntryBatch, index: number): void {
    const state = this.#stateOf(group);
    const from = entries.offset[index] as number;
    const timeMs = entries.timeMs[index] as number;
    const isLate = entries.origin[index] === originCodes.late;
    for (let channel = 0; channel < state.value.length; channel += 1) {
      const at = from + channel;
      if (entries.status[at] === absentStatus) continue;
      if (timeMs < (state.timeMs[channel] as number)) continue;
      if (isLate && timeMs === state.timeMs[channel]) continue;
      const value = entries.values[at] as number;
      this.#take(state, channel, { timeMs, value, status: entries.status[at] as number });
    }
  }

  #take(
    state: GroupState,
    channel: number,
    sample: Pick<NewestSample, 'timeMs' | 'value' | 'status'>,
  ): void {
    state.timeMs[channel] = sample.timeMs;
    state.value[channel] = sample.value;
    state.status[channel] = this.#statusAt(state, channel, sample.status);
    if (state.isListed[channel] === 0 && isNews(state, channel)) this.#list(state, channel);
  }

  /**
   * The messages due at monotonic `nowMs`. Each counts as sent when it is taken from the iterator; what is not taken stays
   * on the list.
   */
  *due(nowMs: number): Generator<StateMessage> {
    const waiting = this.#dirty;
    const kept: typeof waiting = [];
    let place = 0;
    try {
      for (; place < waiting.length; place += 1) {
        const item = waiting[place];
        if (item === undefined) continue;
        const { state, channel } = item;
        if (!isNews(state, channel)) {
          // It came back into the deadband while it waited: what was sent still describes it.
          state.isListed[channel] = 0;
        } else if (nowMs - (state.sentAtMs[channel] as number) < this.#options.periodMs) {
          kept.push(item);
        } else {
          const message = this.#message(state, channel);
          state.isListed[channel] = 0;
          state.sentValue[channel] = state.value[channel] as number;
          state.sentStatus[channel] = state.status[channel] as number;
          state.sentAtMs[channel] = nowMs;
          yield message;
        }
      }
    } finally {
      for (; place < waiting.length; place += 1) {
        const item = waiting[place];
        if (item !== undefined && item.state.isListed[item.channel] === 1) kept.push(item);
      }
      this.#dirty = kept;
    }
  }

  /** The broker may have lost what was sent: everything known goes out again with the next `due`. */
  resend(): void {
    for (const state of this.#groups.values()) {
      state.sentAtMs.fill(Number.NaN);
      for (let channel = 0; channel < state.value.length; channel += 1) {
        const isKnown = !Number.isNaN(state.timeMs[channel]);
        if (isKnown && state.isListed[channel] === 0) this.#list(state, channel);
      }
    }
  }

  #list(state: GroupState, channel: number): void {
    state.isListed[channel] = 1;
    this.#dirty.push({ state, channel });
  }

  #statusAt(state: GroupState, channel: number, status: StatusCode): StatusCode {
    const value = state.value[channel] as number;
    const isTextChannel = state.texts[channel] === true;
    if (status === 0 && !isTextChannel && Number.isFinite(value)) return status;
    return sendableStatus({ value, status, isText: isTextChannel }, this.#options.lookup);
  }

  #message(state: GroupState, channel: number): StateMessage {
    const status = state.status[channel] as number;
    const value = state.value[channel] as number;
    const isTextChannel = state.texts[channel] === true;
    const shown = isTextChannel ? JSON.stringify(this.#options.lookup.text(value)) : String(value);
    return {
      topic: state.topics[channel] as string,
      payload: `{"t":${state.timeMs[channel]},"v":${hasValue(status) ? shown : 'null'},"s":${status}${state.endings[channel]}`,
    };
  }

  #stateOf(group: RegisteredGroup): GroupState {
    const known = this.#groups.get(group.number);
    if (known?.group === group) return known;
    if (known !== undefined) this.#dirty = this.#dirty.filter((item) => item.state !== known);
    const state = newGroupState(group, this.#options.simulated);
    this.#groups.set(group.number, state);
    return state;
  }
}

const isNews = (state: GroupState, channel: number): boolean => {
  if (Number.isNaN(state.sentAtMs[channel])) return true;
  const status = state.status[channel] as number;
  if (status !== state.sentStatus[channel]) return true;
  if (!hasValue(status)) return false;
  const change = Math.abs((state.value[channel] as number) - (state.sentValue[channel] as number));
  return change > (state.deadband[channel] as number);
};

const newGroupState = (group: RegisteredGroup, simulated: boolean): GroupState => {
  const count = group.channels.length;
  const label = simulated ? ',"simulated":true}' : '}';
  return {
    group,
    topics: group.channels.map((channel) => stateTopic(group.equipment, channel.point)),
    endings: group.channels.map((channel) => `,"u":${JSON.stringify(channel.unit)}${label}`),
    texts: group.channels.map(isText),
    deadband: Float64Array.from(group.channels, (channel) =>
      isText(channel) ? 0 : (channel.deadband ?? 0),
    ),
    value: new Float64Array(count),
    status: new Uint32Array(count),
    timeMs: new Float64Array(count).fill(Number.NaN),
    sentValue: new Float64Array(count),
    sentStatus: new Uint32Array(count),
    sentAtMs: new Float64Array(count).fill(Number.NaN),
    isListed: new Uint8Array(count),
  };
};
