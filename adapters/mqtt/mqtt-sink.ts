import type { SinkInput } from '../../gateway/core/adapter.ts';
import { type EntryBatch, type JournalRecord, recordEntry } from '../../gateway/core/entry.ts';
import { describeError, GatewayError } from '../../gateway/core/error.ts';
import type { RegisteredGroup } from '../../gateway/core/point.ts';
import type { DeliveryBatch, RejectedEntry, Sink, WriteResult } from '../../gateway/core/sink.ts';
import { BrokerConnection } from './broker-connection.ts';
import { clientOptions } from './client-options.ts';
import { FrameMessages } from './frame-messages.ts';
import { FramesEncoder } from './frames-encoder.ts';
import type { MqttConfig } from './mqtt-config.ts';
import { type OutgoingMessage, publishAll } from './publish-window.ts';
import { eventPayload, type GatewayState, gatewayStatePayload } from './site-messages.ts';
import { StateLane } from './state-lane.ts';
import { siteTopics } from './topics.ts';

/** Fixed header, topic and properties of a PUBLISH, beside its payload. */
const packetOverheadBytes = 512;
const farewellTimeoutMs = 1500;

/** Publishes the journal on the lanes of `docs/mqtt.md`. */
export class MqttSink implements Sink {
  readonly id: string;
  readonly #input: SinkInput<MqttConfig>;
  readonly #target: string;
  readonly #topics: ReturnType<typeof siteTopics>;
  readonly #frames: FrameMessages;
  readonly #state: StateLane;
  #connection: BrokerConnection | undefined;

  constructor(input: SinkInput<MqttConfig>) {
    const { context, config } = input;
    this.id = input.id;
    this.#input = input;
    this.#target = `sink ${input.id}: broker ${config.url}`;
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
        new GatewayError('CONNECTION_LOST', `${this.#target} is not connected`, { retryable: true })
      );
    }
    const rejected: RejectedEntry[] = [];
    const records = this.#sort(batch, rejected);
    await publishAll(this.#messages(batch, { connection, records, rejected }), {
      connection,
      target: this.#target,
      qos: this.#input.config.qos,
      maxInFlight: Math.min(this.#input.config.maxInFlight, connection.limits.maxInFlight),
      timeoutMs: this.#input.config.publishTimeoutMs,
      signal,
    });
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
    } catch (error) {
      this.#input.context.log.warn(
        { sink: this.id, err: error },
        `the broker was not told that the gateway stops: ${describeError(error)}`,
      );
    }
    await connection.end();
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
      readonly records: readonly number[];
      readonly rejected: RejectedEntry[];
    },
  ): Generator<OutgoingMessage> {
    const { context } = this.#input;
    let count = 0;
    let bytes = 0;
    try {
      for (const message of this.#lanes(batch, into)) {
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
      readonly records: readonly number[];
      readonly rejected: RejectedEntry[];
    },
  ): Generator<OutgoingMessage> {
    const { context, config } = this.#input;
    const { rejected, connection } = into;
    const reject = (indices: readonly number[], reason: string): void => {
      for (const index of indices) rejected.push({ index, reason });
    };
    const maxBytes = Math.min(
      config.maxPayloadBytes,
      connection.limits.maxPacketBytes - packetOverheadBytes,
    );
    const frames = this.#frames.messages(batch.entries, {
      history: batch.history,
      maxBytes,
      oversize: ({ entry, bytes }) =>
        reject([entry], `the frame takes ${bytes} bytes, a message may have ${maxBytes}`),
    });
    for (const { topic, payload, entries } of frames) {
      yield { topic, payload, retain: false, refused: (reason) => reject(entries, reason) };
    }
    for (const index of into.records) {
      const payload = this.#event(batch, index);
      if (payload === undefined) continue;
      yield {
        topic: this.#topics.events,
        payload,
        retain: false,
        refused: (reason) => reject([index], reason),
      };
    }
    if (!config.state.enabled) return;
    for (const { topic, payload } of this.#state.due(context.clock.monotonicMs())) {
      yield {
        topic,
        payload,
        retain: true,
        refused: (reason) => this.#stateRefused(topic, reason),
      };
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
    const message: OutgoingMessage = {
      ...this.#gatewayState(state),
      retain: true,
      refused: (reason) => this.#stateRefused(this.#topics.gatewayState, reason),
    };
    await publishAll([message].values(), {
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
