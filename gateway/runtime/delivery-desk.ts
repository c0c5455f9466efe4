import { frameEntry } from '../core/entry.ts';
import { GatewayError } from '../core/error.ts';
import { type GroupNumber, groupKey, type RegisteredGroup } from '../core/point.ts';
import { absentStatus, isBad, statusSymbol } from '../core/quality.ts';
import type { DeliveryReceipt, Journal, QuarantinedEntry } from '../journal/contract.ts';
import type { RetryOutcome, SinkPump } from './sink-pump.ts';

/** A quarantined entry with its content, readable without the journal. */
export type QuarantinedContent = {
  readonly id: number;
  readonly sinkId: string;
  readonly seq: number;
  readonly reason: string;
  /** When it was put there, UTC epoch ms. */
  readonly quarantinedMs: number;
  /** Of the frame or record, UTC epoch ms. */
  readonly timeMs: number;
  /** The equipment and group of a frame, or what kind of record it is. */
  readonly subject: string;
  readonly samples: readonly {
    readonly point: string;
    readonly value: number | string | null;
    readonly status: string;
  }[];
};

export type QuarantinePage = { readonly afterId: number; readonly limit: number };

type DeskJournal = Pick<Journal, 'deliveryReceipts' | 'listQuarantine' | 'text'>;
type DeskPump = Pick<SinkPump, 'status' | 'retry' | 'drop'>;

/** Where people see to what sinks did not take: receipts and quarantine. */
export class DeliveryDesk {
  readonly #journal: DeskJournal;
  readonly #group: (number: GroupNumber) => RegisteredGroup | undefined;
  readonly #runningPump: (sinkId: string) => DeskPump | undefined;

  constructor(options: {
    readonly journal: DeskJournal;
    /** Looks up all that were ever registered: an entry may be older than the configuration. */
    readonly group: (number: GroupNumber) => RegisteredGroup | undefined;
    /** What carries the journal to a sink that runs at present. */
    readonly pump: (sinkId: string) => DeskPump | undefined;
  }) {
    this.#journal = options.journal;
    this.#group = options.group;
    this.#runningPump = options.pump;
  }

  has(sinkId: string): boolean {
    return this.#runningPump(sinkId) !== undefined;
  }

  /** Newest first. */
  receipts(sinkId: string, limit: number): Promise<readonly DeliveryReceipt[]> {
    return this.#journal.deliveryReceipts({ sinkId, limit });
  }

  /** Oldest first, from behind `afterId`. */
  async quarantine(sinkId: string, page: QuarantinePage): Promise<readonly QuarantinedContent[]> {
    const entries = await this.#journal.listQuarantine({ sinkId, ...page });
    return entries.map((entry) => this.#content(entry));
  }

  /**
   * Sends entries once more; those that the sink takes now leave quarantine.
   * @throws GatewayError UNAVAILABLE (retryable) while the sink takes nothing at all
   */
  async retry(sinkId: string, ids: readonly number[]): Promise<RetryOutcome> {
    const pump = this.#pump(sinkId);
    const { state, reason } = pump.status();
    if (state !== 'up') {
      const words = {
        en: `sink ${sinkId} is ${state}: ${reason.en}`,
        zh: `输出 ${sinkId} ${state === 'down' ? '已中断' : '尚未就绪'}：${reason.zh}`,
      };
      throw new GatewayError('UNAVAILABLE', words, { retryable: true });
    }
    const wanted = new Set(ids);
    const entries: QuarantinedEntry[] = [];
    for (let afterId = Math.min(...ids) - 1; entries.length < wanted.size; ) {
      const page = await this.#journal.listQuarantine({ sinkId, afterId, limit: 1000 });
      const last = page.at(-1);
      if (last === undefined) break;
      entries.push(...page.filter(({ id }) => wanted.has(id)));
      afterId = last.id;
    }
    return pump.retry(entries);
  }

  /** Drops entries for good; returns how many there were. */
  drop(sinkId: string, ids: readonly number[]): Promise<number> {
    return this.#pump(sinkId).drop(ids);
  }

  #pump(sinkId: string): DeskPump {
    const pump = this.#runningPump(sinkId);
    if (pump !== undefined) return pump;
    throw new RangeError(`no sink ${sinkId}`);
  }

  #content({ id, sinkId, seq, reason, timeMs, entry }: QuarantinedEntry): QuarantinedContent {
    const about = { id, sinkId, seq, reason, quarantinedMs: timeMs };
    if (entry.kind[0] !== frameEntry) {
      const record = entry.records[entry.group[0] as number];
      const subject = record?.type === 'event' ? `event ${record.event.code}` : `${record?.type}`;
      return { ...about, timeMs: record?.timeMs ?? timeMs, subject, samples: [] };
    }
    const group = this.#group(entry.group[0] as GroupNumber);
    const channels = group?.channels ?? [];
    return {
      ...about,
      timeMs: entry.timeMs[0] as number,
      subject: group === undefined ? `group ${entry.group[0]}` : groupKey(group),
      samples: channels.flatMap(({ point, kind }, channel) => {
        const status = entry.status[channel] as number;
        if (status === absentStatus) return [];
        const value = entry.values[channel] as number;
        const shown = kind === 'string' ? (this.#journal.text(value) ?? null) : value;
        return [{ point, value: isBad(status) ? null : shown, status: statusSymbol(status) }];
      }),
    };
  }
}
