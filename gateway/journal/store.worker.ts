import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { type MessagePort, parentPort } from 'node:worker_threads';
import { type JournalRecord, retentionClasses } from '../core/entry.ts';
import { GatewayError } from '../core/error.ts';
import type { RegisteredGroup } from '../core/point.ts';
import { type StoredEntries, toEntryBatch } from './codec/stored-entries.ts';
import type { Damage } from './contract.ts';
import type {
  StoreCalls,
  StoredText,
  StoreInput,
  StoreOutput,
  TransferredEntries,
} from './protocol.ts';
import { ChainReader } from './segments/chain-reader.ts';
import { MergeReader } from './segments/merge-reader.ts';
import { serveCalls } from './serve-calls.ts';
import { lockFolder, openDatabase } from './store/database.ts';
import { Deliveries } from './store/deliveries.ts';
import { NumberTable } from './store/numbers.ts';
import { Quarantine } from './store/quarantine.ts';
import { SnapshotFiles } from './store/snapshots.ts';
import { StateTable } from './store/state.ts';
import { storeDatabase } from './store/tables.ts';
import { checkVersion } from './store/version.ts';
import type { AnswerMessage } from './worker-calls.ts';

/** Everything of the journal that is not the writing of entries: SQLite, snapshots, and reading the disk. */

const recordClass = retentionClasses.indexOf('record');
/** The scrub reads at most about half of the time, so that it does not take the disk from others. */
const scrubRestRatio = 1;

class Store {
  readonly #folder: string;
  readonly #lock: DatabaseSync;
  readonly #database: DatabaseSync;
  readonly #numbers: NumberTable;
  readonly #state: StateTable;
  readonly #quarantine: Quarantine;
  readonly #deliveries: Deliveries;
  readonly #snapshots: SnapshotFiles;
  readonly #readers = new Map<number, MergeReader>();
  readonly #onDamage: (damage: Damage) => void;
  readonly #setAside: readonly string[];
  readonly #migrated: readonly string[];
  #closed = false;

  constructor(folder: string, onDamage: (damage: Damage) => void) {
    mkdirSync(join(folder, 'segments'), { recursive: true });
    this.#folder = folder;
    this.#onDamage = onDamage;
    this.#lock = lockFolder(folder);
    const { database, setAside, migrated } = this.#open();
    this.#database = database;
    this.#setAside = setAside;
    this.#migrated = migrated;
    this.#numbers = new NumberTable(database);
    this.#state = new StateTable(database);
    this.#quarantine = new Quarantine(database);
    this.#deliveries = new Deliveries(database);
    this.#snapshots = new SnapshotFiles(folder);
  }

  #open(): ReturnType<typeof openDatabase> {
    try {
      const folder = checkVersion(this.#folder);
      const opened = openDatabase(storeDatabase(this.#folder));
      return { ...opened, migrated: [...folder, ...opened.migrated] };
    } catch (error) {
      this.#lock.close();
      throw error;
    }
  }

  opened(): StoreOutput<'open'> {
    return {
      state: this.#state.state(),
      cursors: this.#state.cursors(),
      groups: this.#numbers.all(),
      texts: this.#state.texts(),
      setAside: this.#setAside,
      migrated: this.#migrated,
    };
  }

  #within<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  importRecords(input: StoreInput<'importRecords'>): StoreOutput<'importRecords'> {
    const texts: StoredText[] = [];
    const groups = new Map<number, RegisteredGroup>();
    const reader = this.#newReader([recordClass]);
    const take = (record: JournalRecord): void => {
      if (record.type === 'dictionary') texts.push({ id: record.id, text: record.text });
      if (record.type !== 'configuration') return;
      for (const group of record.groups) groups.set(group.number, group);
    };
    let { afterSeq } = input;
    for (;;) {
      const ordinals = retentionClasses.map(() => Number.NaN);
      const { entries } = reader.read({
        ...{ ...input, afterSeq, maxEntries: 1_000, ordinals },
        lastSeq: input.throughSeq,
      });
      if (entries === undefined) break;
      afterSeq = entries.seq[entries.length - 1] as number;
      toEntryBatch(entries).records.forEach(take);
    }
    reader.close();
    this.#within(() => {
      this.#state.addTexts(texts);
      for (const group of groups.values()) this.#numbers.restore(group);
    });
    return { texts: this.#state.texts(), groups: this.#numbers.all() };
  }

  register(groups: StoreInput<'register'>): StoreOutput<'register'> {
    return this.#within(() => this.#numbers.register(groups));
  }

  persist(input: StoreInput<'persist'>): undefined {
    this.#within(() => {
      this.#state.persist(input);
    });
  }

  #newReader(classes: readonly number[]): MergeReader {
    const folder = join(this.#folder, 'segments');
    return new MergeReader({ folder, classes, onDamage: this.#onDamage });
  }

  #reader(number: number, classes: readonly number[]): MergeReader {
    let reader = this.#readers.get(number);
    if (reader === undefined) {
      reader = this.#newReader(classes);
      this.#readers.set(number, reader);
    }
    return reader;
  }

  locate(input: StoreInput<'locate'>): StoreOutput<'locate'> {
    return this.#reader(input.reader, input.classes).locate(input);
  }

  read(input: StoreInput<'read'>): StoreOutput<'read'> {
    const { entries, ...rest } = this.#reader(input.reader, input.classes).read(input);
    return { entries: entries && transferred(entries), ...rest };
  }

  closeReader(number: number): undefined {
    this.#readers.get(number)?.close();
    this.#readers.delete(number);
  }

  async scrub({ ends }: StoreInput<'scrub'>): Promise<undefined> {
    const folder = join(this.#folder, 'segments');
    for (const retentionClass of retentionClasses.keys()) {
      const chain = new ChainReader({ folder, retentionClass, onDamage: this.#onDamage });
      const end = ends[retentionClass];
      let started = performance.now();
      while (!this.#closed && chain.next(end, 0) !== undefined) {
        const tookMs = performance.now() - started;
        if (tookMs < 5) continue;
        await sleep(tookMs * scrubRestRatio);
        started = performance.now();
      }
      chain.close();
    }
  }

  saveSnapshot({ name, seq, bytes }: StoreInput<'saveSnapshot'>): undefined {
    this.#snapshots.save(name, seq, bytes);
  }

  loadSnapshot({ name, maxSeq }: StoreInput<'loadSnapshot'>): StoreOutput<'loadSnapshot'> {
    return this.#snapshots.load(name, maxSeq);
  }

  quarantine(input: StoreInput<'quarantine'>): StoreOutput<'quarantine'> {
    return this.#within(() => {
      const dropped = this.#quarantine.add(input);
      this.#deliveries.add(input.sinkId, 'dropped', dropped);
      return { dropped };
    });
  }

  listQuarantine(input: StoreInput<'listQuarantine'>): StoreOutput<'listQuarantine'> {
    return this.#quarantine.list(input);
  }

  settleQuarantined({ sinkId, ids, as }: StoreInput<'settleQuarantined'>): number {
    return this.#within(() => {
      const settled = this.#quarantine.remove(sinkId, ids);
      this.#deliveries.add(sinkId, as === 'delivered' ? 'retried' : 'dropped', settled);
      return settled;
    });
  }

  deliveryTally(input: StoreInput<'deliveryTally'>): StoreOutput<'deliveryTally'> {
    return this.#within(() => this.#deliveries.tally(input));
  }

  finishDelivery({ receipt, own }: StoreInput<'finishDelivery'>): undefined {
    this.#within(() => {
      this.#deliveries.keep(receipt);
      if (own === undefined) return;
      this.#deliveries.settle(receipt.sinkId, own.settled);
      this.#state.removeCursor(own.cursor);
    });
  }

  deliveryReceipts(input: StoreInput<'deliveryReceipts'>): StoreOutput<'deliveryReceipts'> {
    return this.#deliveries.receipts(input);
  }

  removeCursor(name: string): undefined {
    this.#within(() => this.#state.removeCursor(name));
  }

  close(): undefined {
    this.#closed = true;
    for (const reader of this.#readers.values()) reader.close();
    this.#readers.clear();
    this.#database.close();
    this.#lock.close();
  }
}

const transferred = ({ counts, buffer }: StoredEntries): TransferredEntries => ({ counts, buffer });

const serve = (port: MessagePort): void => {
  let store: Store | undefined;
  const opened = (): Store => {
    if (store !== undefined) return store;
    throw new GatewayError('STORE_FAILED', 'the store is not open', { retryable: false });
  };
  const onDamage = (damage: Damage): void => {
    const message: AnswerMessage = { type: 'notice', notice: damage };
    port.postMessage(message);
  };
  serveCalls<StoreCalls>(
    port,
    {
      open: ({ folder }) => {
        store = new Store(folder, onDamage);
        return store.opened();
      },
      importRecords: (input) => opened().importRecords(input),
      register: (input) => opened().register(input),
      persist: (input) => opened().persist(input),
      locate: (input) => opened().locate(input),
      read: (input) => opened().read(input),
      closeReader: (input) => opened().closeReader(input),
      scrub: (input) => opened().scrub(input),
      saveSnapshot: (input) => opened().saveSnapshot(input),
      loadSnapshot: (input) => opened().loadSnapshot(input),
      quarantine: (input) => opened().quarantine(input),
      listQuarantine: (input) => opened().listQuarantine(input),
      settleQuarantined: (input) => opened().settleQuarantined(input),
      deliveryTally: (input) => opened().deliveryTally(input),
      finishDelivery: (input) => opened().finishDelivery(input),
      deliveryReceipts: (input) => opened().deliveryReceipts(input),
      removeCursor: (input) => opened().removeCursor(input),
      close: () => opened().close(),
    },
    (method, output) => (method === 'read' ? buffersOf(output) : []),
  );
};

const buffersOf = (output: unknown): readonly ArrayBuffer[] => {
  const { entries } = output as StoreOutput<'read'>;
  return entries === undefined ? [] : [entries.buffer];
};

if (parentPort !== null) serve(parentPort);
