import { type EntryBatch, recordEntry } from '../../core/entry.ts';
import { describeError } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import type { RegisteredGroup } from '../../core/point.ts';
import type { Cursor, Journal } from '../../journal/contract.ts';
import { WorkerCalls } from '../../journal/worker-calls.ts';
import type { ProductionMessage } from '../../production/messages.ts';
import { PanelAssembler, resumeSeq } from '../../records/assembler.ts';
import type { BinTable } from '../../records/bins-file.ts';
import type { PanelFacts } from '../../records/panel-facts.ts';
import type { PanelProgress, ProgressQuery } from '../../records/panel-progress.ts';
import type {
  BinsQuery,
  ChainedRecord,
  FactsQuery,
  RecordCalls,
  RecordQuery,
  RecordSummary,
} from '../../records/protocol.ts';
import { sleepReal } from '../system-clock.ts';

export type PanelRecordsOptions = {
  /** Of the journal. */
  readonly folder: string;
  readonly journal: Pick<
    Journal,
    'openCursor' | 'knownGroups' | 'text' | 'durableSeq' | 'flush' | 'nextSeq'
  >;
  readonly log: Log;
  readonly production: ProductionOfPanels;
};

/** What production told is read from its database, in the journal's folder. */
export type ProductionOfPanels = {
  /** Resolves when everything that was taken before is stored. */
  settled(): Promise<void>;
};

/** The records of panels as those see them who only look. */
export interface RecordsView {
  /** Newest first. @throws GatewayError STORE_FAILED */
  list(query: RecordQuery): Promise<readonly RecordSummary[]>;
  /** @throws GatewayError STORE_FAILED */
  find(id: string, revision?: number): Promise<ChainedRecord | undefined>;
  /** Of as many panels as asked for, oldest first. @throws GatewayError STORE_FAILED */
  facts(query: FactsQuery): Promise<readonly PanelFacts[]>;
  /** @throws GatewayError STORE_FAILED, STORE_CORRUPT */
  bins(query: BinsQuery): Promise<BinTable | undefined>;
  /** The panel under the torches of a line (`enterprise/site/area/line`); undefined while nothing of the line was seen. */
  inProgress(line: string, query: ProgressQuery): PanelProgress | undefined;
}

const maxEntries = 8_192;
/** Those that an older gateway kept are made of whole records when they are asked for first. */
const factsAtOnce = 200;
const waitMs = 1_000;
/** A panel takes minutes: nobody waits for its newest sample here. */
const gatherMs = 500;
const retryMs = 5_000;
/** What is told of a panel bit by bit within this time is one revision. */
const amendAfterMs = 3_000;
const closeWithinMs = 2_000;

/**
 * Makes a record of each panel: a reader of the journal whose place is stored with the records, so that none is missing and
 * none is there twice, whenever the gateway is killed.
 */
export class PanelRecords implements RecordsView {
  readonly #journal: PanelRecordsOptions['journal'];
  readonly #log: Log;
  readonly #folder: string;
  readonly #production: ProductionOfPanels;
  readonly #worker: WorkerCalls<RecordCalls>;
  #groups = new Map<number, RegisteredGroup>();
  #isClosed = false;
  /** That of the reading under way. */
  #assembler: PanelAssembler | undefined;

  private constructor({ folder, journal, log, production }: PanelRecordsOptions) {
    this.#journal = journal;
    this.#log = log;
    this.#folder = folder;
    this.#production = production;
    this.#worker = new WorkerCalls<RecordCalls>('records', {}, import.meta.url);
  }

  /**
   * Opens or makes the records in the journal's folder.
   * @throws GatewayError STORE_VERSION, STORE_FAILED
   */
  static async open(options: PanelRecordsOptions): Promise<PanelRecords> {
    const records = new PanelRecords(options);
    try {
      const { setAside, migrated } = await records.#opened();
      for (const what of migrated)
        options.log.warn({ what }, 'records: brought to a newer version');
      for (const reason of setAside) {
        options.log.error(
          { reason },
          'records: a new chain was begun, from what the journal still has',
        );
      }
      return records;
    } catch (error) {
      await records.#worker.end();
      throw error;
    }
  }

  list(query: RecordQuery): Promise<readonly RecordSummary[]> {
    return this.#worker.call('list', query);
  }

  find(id: string, revision?: number): Promise<ChainedRecord | undefined> {
    return this.#worker.call('find', { id, revision });
  }

  async facts({ limit, ...query }: FactsQuery): Promise<readonly PanelFacts[]> {
    const found: PanelFacts[] = [];
    let { after } = query;
    do {
      // The thread stores panels between two pages.
      const atOnce = Math.min(factsAtOnce, limit - found.length);
      const page = await this.#worker.call('facts', { ...query, after, limit: atOnce });
      found.push(...page.facts);
      after = page.after ?? undefined;
    } while (after !== undefined && found.length < limit);
    return found;
  }

  bins(query: BinsQuery): Promise<BinTable | undefined> {
    return this.#worker.call('bins', query);
  }

  inProgress(line: string, query: ProgressQuery): PanelProgress | undefined {
    return this.#assembler?.inProgress(line, query);
  }

  /** Follows the journal until `signal` aborts. Whatever fails is tried again from the stored place. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let cursor: Cursor | undefined;
      try {
        const { checkpoint } = await this.#opened();
        const assembler = new PanelAssembler({
          ...{ checkpoint, group: (number) => this.#group(number) },
          text: (id) => this.#journal.text(id),
        });
        this.#assembler = assembler;
        // A journal that was begun anew has lower numbers.
        const from = Math.min(resumeSeq(checkpoint) ?? 0, this.#journal.nextSeq);
        cursor = await this.#journal.openCursor('records', { from, persist: false });
        await this.#follow(assembler, cursor, signal);
      } catch (error) {
        this.#log.error({ error: describeError(error) }, 'records: behind; will be tried again');
        await sleepReal(retryMs, signal);
      } finally {
        await cursor?.close();
      }
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      await this.#worker.call('close', undefined, { withinMs: closeWithinMs });
    } catch (error) {
      this.#log.error({ error: describeError(error) }, 'records: not closed in order');
    }
    await this.#worker.end();
  }

  #opened(): Promise<RecordCalls['open']['output']> {
    return this.#worker.call('open', { folder: this.#folder });
  }

  async #follow(assembler: PanelAssembler, cursor: Cursor, signal: AbortSignal): Promise<void> {
    let lost = cursor.lost;
    let { checkpoint } = assembler;
    let told: ProductionMessage[] = [];
    let toldSinceMs = 0;
    while (!signal.aborted) {
      const batch = await cursor.next({ maxEntries, signal, waitMs, gatherMs });
      if (batch === undefined) continue;
      if (cursor.lost > lost) assembler.lost(cursor.lost - lost);
      lost = cursor.lost;
      const panels = assembler.take(batch);
      if (told.length === 0) toldSinceMs = performance.now();
      told.push(...messagesOf(batch));
      // What waits is read again after a kill: the checkpoint has not passed it.
      const isDue = told.length > 0 && performance.now() - toldSinceMs >= amendAfterMs;
      if (panels.length === 0 && !isDue && assembler.checkpoint === checkpoint) continue;
      checkpoint = assembler.checkpoint;
      // What a crash takes from the journal is computed again: no record may be of it.
      if (this.#journal.durableSeq < cursor.position) await this.#journal.flush();
      await this.#production.settled();
      const added = await this.#worker.call('store', { panels, told, checkpoint });
      told = [];
      for (const revision of added) this.#log.info(revision, 'records: a panel was recorded');
    }
  }

  #group(number: number): RegisteredGroup | undefined {
    const known = this.#groups.get(number);
    if (known !== undefined) return known;
    this.#groups = new Map(this.#journal.knownGroups().map((group) => [group.number, group]));
    return this.#groups.get(number);
  }
}

/** What production told in these entries. */
const messagesOf = (batch: EntryBatch): readonly ProductionMessage[] => {
  const messages: ProductionMessage[] = [];
  for (let index = 0; index < batch.length; index++) {
    if (batch.kind[index] !== recordEntry) continue;
    const record = batch.records[batch.group[index] as number];
    if (record?.type === 'production') messages.push(record.message as ProductionMessage);
  }
  return messages;
};
