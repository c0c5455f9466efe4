import type { DatabaseSync } from 'node:sqlite';
import type { DeliveryReceipt, DeliveryTally, FinishedCursor } from '../contract.ts';
import type { StoreInput } from '../protocol.ts';

/** Per sink; beyond, the oldest is forgotten. What it counted stays in the tally. */
const mostReceipts = 1_000;

type TallyColumn = 'delivered' | 'refused' | 'lost' | 'lost_to_retention' | 'retried' | 'dropped';

/** What became of entries that a sink could not get in time, and the sums of it. */
export class Deliveries {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** To be called within a transaction. */
  tally({ sinkId, pending }: StoreInput<'deliveryTally'>): DeliveryTally {
    const forget = this.#database.prepare(
      'DELETE FROM quarantine WHERE sink_id = ? AND seq > ? AND seq <= ?',
    );
    for (const { afterSeq, throughSeq } of pending) forget.run(sinkId, afterSeq, throughSeq);
    const row = this.#database
      .prepare('SELECT * FROM delivery_tally WHERE sink_id = ?')
      .get(sinkId);
    const held = this.#database
      .prepare('SELECT COUNT(*) AS held FROM quarantine WHERE sink_id = ?')
      .get(sinkId);
    return {
      delivered: Number(row?.['delivered'] ?? 0),
      refused: Number(row?.['refused'] ?? 0),
      lost: Number(row?.['lost'] ?? 0),
      lostToRetention: Number(row?.['lost_to_retention'] ?? 0),
      quarantined: Number(held?.['held'] ?? 0),
      retried: Number(row?.['retried'] ?? 0),
      dropped: Number(row?.['dropped'] ?? 0),
    };
  }

  /** To be called within a transaction. */
  add(sinkId: string, column: TallyColumn, entries: number): void {
    if (entries === 0) return;
    this.#database
      .prepare(
        `INSERT INTO delivery_tally (sink_id, ${column}) VALUES (?1, ?2)
         ON CONFLICT (sink_id) DO UPDATE SET ${column} = ${column} + ?2`,
      )
      .run(sinkId, entries);
  }

  /** To be called within a transaction. */
  settle(sinkId: string, settled: FinishedCursor['settled']): void {
    this.add(sinkId, 'delivered', settled.delivered);
    this.add(sinkId, 'refused', settled.refused);
    this.add(sinkId, 'lost', settled.lost);
    this.add(sinkId, 'lost_to_retention', settled.lostToRetention);
  }

  /** To be called within a transaction. */
  keep(receipt: DeliveryReceipt): void {
    const { sinkId } = receipt;
    this.#database
      .prepare('INSERT INTO delivery_receipt (sink_id, receipt) VALUES (?, ?)')
      .run(sinkId, JSON.stringify(receipt));
    this.#database
      .prepare(
        `DELETE FROM delivery_receipt WHERE sink_id = ?1 AND id <=
           (SELECT id FROM delivery_receipt WHERE sink_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)`,
      )
      .run(sinkId, mostReceipts);
  }

  receipts({ sinkId, limit }: StoreInput<'deliveryReceipts'>): readonly DeliveryReceipt[] {
    return this.#database
      .prepare(
        `SELECT receipt FROM delivery_receipt WHERE ?1 IS NULL OR sink_id = ?1
         ORDER BY id DESC LIMIT ?2`,
      )
      .all(sinkId ?? null, limit)
      .map((row) => JSON.parse(String(row['receipt'])));
  }
}
