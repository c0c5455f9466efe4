import type { SinkInput } from '../../gateway/core/adapter.ts';
import { type EntryBatch, type JournalRecord, recordEntry } from '../../gateway/core/entry.ts';
import { describeError, GatewayError } from '../../gateway/core/error.ts';
import type { LocalText, RegisteredGroup } from '../../gateway/core/point.ts';
import type { DeliveryBatch, RejectedEntry, Sink, WriteResult } from '../../gateway/core/sink.ts';
import { BrokerConnection } from './broker-connection.ts';
import { clientOptions } from './client-options.ts';
import { FrameMessages } from './frame-messages.ts';
import { FramesEncoder } from './frames-encoder.ts';
import type { MqttConfig } from './mqtt-config.ts';
import { PoisonGuard } from './poison-guard.ts';
import { type OutgoingMessage, publishAll } from './publish-window.ts';
import { eventPayload, type GatewayState, gatewayStatePayload } from './site-messages.ts';
import { StateLane } from './state-lane.ts';
import { siteTopics } from './topics.ts';

/** Fixed header, topic and properties of a PUBLISH, beside its payload. */
const packetOverheadBytes = 512;
const farewellTimeoutMs = 1500;
/** A payload is not made smaller than this in search of what a broker takes. */
const leastPayloadBytes = 1024;

/** Publishes the journal on the lanes of `docs/mqtt.md`. */
export class MqttSink implements Sink {
  readonly id: string;
  readonly #input: SinkInput<MqttConfig>;
  readonly #target: LocalText;
  readonly #topics: ReturnType<typeof siteTopics>;
  readonly #frames: FrameMessages;
  readonly #state: StateLane;
  readonly #guard = new PoisonGuard();
  #payloadLimit: number;
  #connection: BrokerConnection | undefined;

  constructor(input: SinkInput<MqttConfig>) {
    const { context, config } = input;
    this.id = input.id;
    this.#input = input;
    this.#target = {
      en: `sink ${input.id}: broker ${config.url}`,
      zh: `输出 ${input.id}：消息代理 ${config.url}`,
    };
    this.#payloadLimit = config.maxPayloadBytes;
    this.#topics = siteTopics(context.enterprise, context.site);
    this.#frames = new FrameMessages(new FramesEncoder(context.directory), context.simulated);
    this.#state = new StateLane({
      periodMs: config.state.periodMs,
      simulated: context.simulated,
      lookup: context.directory,
    });
  }

  /** @throws GatewayError AUTHENTICATION_FAILED, CONNECTION_FAILED, TIMEOUT, PROTOCOL, CONFIG_INVALID, ABORTED */
  async open(signal: AbortSignal): Promise<void> {
    const { config, context } = this.#input;
    this.#connection?.destroy();
    this.#connection = undefined;
    const connection = await BrokerConnection.connect({
      client: await clientOptions(config, {
        clientId: config.clientId ?? `seamwatt-${context.enterprise}-${context.site}-${this.id}`,
        will: this.#gatewayState({ state: 'offline', reason: 'connection-lost' }),
      }),
      target: this.#target,
      timeoutMs: config.connectTimeoutMs,
      signal,
    });
    try {
      await this.#announce(connection, { state: 'online' }, signal);
    } catch (error) {
      connection.destroy();
      throw error;
    }
    // What changed while the broker was away comes as history, which the lane of newest values does not take.
    for (const sample of context.newest()) this.#state.refresh(sample);
    // A broker that restarted may have lost what it retained.
    this.#state.resend();
    this.#connection = connection;
  }

  /** @throws GatewayError CONNECTION_LOST, TIMEOUT, UNAVAILABLE, ABORTED: the whole batch is to be sent again */
  async write(batch: DeliveryBatch, signal: AbortSignal): Promise<WriteResult> {
    const connection = this.#connection;
    if (connection === undefined || connection.lost !== undefined) {
      throw (
        connection?.lost ??
        new GatewayError(
          'CONNECTION_LOST',
          { en: `${this.#target.en} is not connected`, zh: `${this.#target.zh} 未连接` },
          { retryable: true },
        )
      );
    }
    this.#shrinkWhenCondemned();
    const { config } = this.#input;
    const rejected: RejectedEntry[] = [];
    const events = this.#sort(batch, rejected);
    await publishAll(this.#messages(batch, { connection, events, rejected }), {
      connection,
      target: this.#target,
      qos: config.qos,
      maxInFlight: this.#guard.isCautious
        ? 1
        : Math.min(config.maxInFlight, connection.limits.maxInFlight),
      timeoutMs: config.publishTimeoutMs,
      signal,
      lost: (underWay) =>
        this.#guard.lost(
          underWay.map(({ topic, firstSeq, entryCount, payload }) => ({
            topic,
            firstSeq,
            entryCount,
            payloadBytes: payload.length,
          })),
        ),
    });
    this.#guard.clear();
    rejected.sort((a, b) => a.index - b.index);
    return { accepted: batch.entries.length - rejected.length, rejected };
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection === undefined || connection.lost !== undefined) return;
    try {
      const signal = AbortSignal.timeout(farewellTimeoutMs);
      await this.#announce(connection, { state: 'offline', reason: 'stopped' }, signal);
      await connection.end();
    } catch (error) {
      // The broker then publishes the last will.
      connection.destroy();
      this.#input.context.log.warn(
        { sink: this.id, err: error },
        `the broker was not told that the gateway stops: ${describeError(error)}`,
      );
    }
  }

  /** Hands frames to their lanes and returns the entries that are events. */
  #sort(batch: DeliveryBatch, rejected: RejectedEntry[]): readonly number[] {
    const { entries, history } = batch;
    const { config } = this.#input;
    const events: number[] = [];
    this.#frames.begin();
    for (let index = 0; index < entries.length; index += 1) {
      if (entries.kind[index] === recordEntry) {
        if (config.events.enabled && recordAt(entries, index)?.type === 'event') events.push(index);
        continue;
      }
      const group = this.#groupAt(entries, index);
      if (typeof group === 'string') {
        rejected.push({ index, reason: group });
        continue;
      }
      if (config.stream.enabled) this.#frames.add(group, index);
      if (config.state.enabled && !history) this.#state.absorb(group, entries, index);
    }
    return events;
  }

  /** The group of a frame, or why the frame cannot be read. */
  #groupAt(entries: EntryBatch, index: number): RegisteredGroup | string {
    const number = entries.group[index] as number;
    const group = this.#input.context.directory.byNumber(number as RegisteredGroup['number']);
    if (group === undefined) return `no group has the number ${number}`;
    const count = (entries.offset[index + 1] as number) - (entries.offset[index] as number);
    return count === group.channels.length
      ? group
      : `the frame has ${count} channels, group ${group.name} has ${group.channels.length}`;
  }

  *#messages(
    batch: DeliveryBatch,
    into: {
      readonly connection: BrokerConnection;
      readonly events: readonly number[];
      readonly rejected: RejectedEntry[];
    },
  ): Generator<OutgoingMessage> {
    const { context } = this.#input;
    let count = 0;
    let bytes = 0;
    try {
      for (const message of this.#lanes(batch, into)) {
        if (this.#guard.isCondemned(message)) {
          message.refused(`the broker closes the connection when it is sent on ${message.topic}`);
          continue;
        }
        count += 1;
        bytes += message.payload.length;
        yield message;
      }
    } finally {
      context.count('messages', count);
      context.count('payload_bytes', bytes);
    }
  }

  *#lanes(
    batch: DeliveryBatch,
    into: {
      readonly connection: BrokerConnection;
      readonly events: readonly number[];
      readonly rejected: RejectedEntry[];
    },
  ): Generator<OutgoingMessage> {
    const { context, config } = this.#input;
    const { rejected, connection } = into;
    const reject = (indices: readonly number[], reason: string): void => {
      for (const index of indices) rejected.push({ index, reason });
    };
    const maxBytes = Math.min(
      this.#payloadLimit,
      connection.limits.maxPacketBytes - packetOverheadBytes,
    );
    const frames = this.#frames.messages(batch.entries, {
      history: batch.history,
      maxBytes,
      oversize: ({ entry, bytes }) =>
        reject([entry], `the frame takes ${bytes} bytes, a message may have ${maxBytes}`),
    });
    for (const { topic, payload, entries } of frames) {
      yield {
        topic,
        payload,
        retain: false,
        firstSeq: batch.entries.seq[entries[0] as number] as number,
        entryCount: entries.length,
        refused: (reason) => reject(entries, reason),
      };
    }
    for (const index of into.events) {
      const payload = this.#event(batch, index);
      if (payload === undefined) continue;
      yield {
        topic: this.#topics.events,
        payload,
        retain: false,
        firstSeq: batch.entries.seq[index] as number,
        entryCount: 1,
        refused: (reason) => reject([index], reason),
      };
    }
    if (!config.state.enabled) return;
    for (const { topic, payload } of this.#state.due(context.clock.monotonicMs())) {
      yield this.#retained({ topic, payload });
    }
  }

  #event(batch: DeliveryBatch, index: number): string | undefined {
    const record = recordAt(batch.entries, index);
    if (record?.type !== 'event') return undefined;
    return eventPayload(record, {
      seq: batch.entries.seq[index] as number,
      history: batch.history,
      simulated: this.#input.context.simulated,
    });
  }

  #retained(message: { readonly topic: string; readonly payload: string }): OutgoingMessage {
    return {
      ...message,
      retain: true,
      firstSeq: 0,
      entryCount: 0,
      refused: (reason) => this.#stateRefused(message.topic, reason),
    };
  }

  /** Before frames are given up, they are tried in smaller messages: size is what brokers refuse most. */
  #shrinkWhenCondemned(): void {
    const { condemned } = this.#guard;
    if (condemned === undefined || condemned.entryCount < 2) return;
    if (condemned.payloadBytes <= leastPayloadBytes) return;
    this.#payloadLimit = Math.max(leastPayloadBytes, Math.floor(condemned.payloadBytes / 4));
    this.#guard.clear();
    this.#input.context.log.warn(
      { sink: this.id, maxPayloadBytes: this.#payloadLimit },
      `the broker closes the connection over ${condemned.payloadBytes} bytes on ${condemned.topic}: payloads are made smaller`,
    );
  }

  /** The state lane promises the newest value only, so that a refused one is counted and not kept. */
  #stateRefused(topic: string, reason: string): void {
    const { context } = this.#input;
    context.count('refused_states', 1);
    context.log.warn({ sink: this.id, topic }, `the broker refused a newest value: ${reason}`);
  }

  #gatewayState(state: GatewayState): { readonly topic: string; readonly payload: string } {
    const { context } = this.#input;
    return {
      topic: this.#topics.gatewayState,
      payload: gatewayStatePayload(state, {
        timeMs: context.clock.nowMs(),
        simulated: context.simulated,
      }),
    };
  }

  async #announce(
    connection: BrokerConnection,
    state: GatewayState,
    signal: AbortSignal,
  ): Promise<void> {
    const { config } = this.#input;
    await publishAll([this.#retained(this.#gatewayState(state))].values(), {
      connection,
      target: this.#target,
      qos: config.qos,
      maxInFlight: 1,
      timeoutMs: config.publishTimeoutMs,
      signal,
    });
  }
}

const recordAt = (entries: EntryBatch, index: number): JournalRecord | undefined =>
  entries.records[entries.group[index] as number];
