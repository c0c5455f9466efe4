import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { absentStatus, statusCodes } from '../../../../gateway/core/quality.ts';
import { decodeEntries } from '../../../../gateway/journal/codec/entry-decoder.ts';
import { EntryEncoder } from '../../../../gateway/journal/codec/entry-encoder.ts';
import {
  joinRuns,
  layOutEntries,
  type StoredEntries,
  toEntryBatch,
} from '../../../../gateway/journal/codec/stored-entries.ts';
import { testSeed } from '../../../support/seed.ts';

type Frame = {
  readonly group: number;
  readonly timeMs: number;
  readonly receivedMs: number;
  readonly origin: number;
  readonly revision: number;
  readonly samples: readonly { readonly value: number; readonly status: number }[];
};
type Item = { readonly gap: number } & (
  | Frame
  | { readonly record: string; readonly timeMs: number }
);

const awkward = [Number.NaN, -0, 0, Infinity, -Infinity, Number.MAX_VALUE, Number.MIN_VALUE];

const value = fc.oneof(
  fc.integer({ min: -40_000, max: 70_000 }).map((raw) => raw / 10),
  fc.integer({ min: -40_000, max: 70_000 }).map((raw) => raw * 0.01),
  fc.integer({ min: 0, max: 2 ** 53 }),
  fc.float(),
  fc.double(),
  fc.constantFrom(...awkward),
);
/** Columns of one nature, as devices send them. */
const alike = fc.oneof(
  fc.constant(fc.integer({ min: 0, max: 65_535 }).map((raw) => raw / 10)),
  fc.constant(fc.integer({ min: -32_768, max: 32_767 }).map((raw) => raw * 0.001)),
  fc.constant(fc.float({ noNaN: true })),
  fc.constant(value),
);
const status = fc.oneof(
  { weight: 8, arbitrary: fc.constant(statusCodes.good) },
  { weight: 2, arbitrary: fc.constant(absentStatus) },
  { weight: 1, arbitrary: fc.constantFrom(statusCodes.badTimeout, statusCodes.uncertain) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 ** 32 - 1 }) },
);
const time = fc.oneof(
  fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }),
  fc.double({ min: 1.7e12, max: 1.8e12, noNaN: true }),
  fc.double({ noNaN: true }),
);

const item: fc.Arbitrary<Item> = fc.oneof(
  {
    weight: 6,
    arbitrary: alike.chain((values) =>
      fc.record({
        gap: fc.constantFrom(1, 1, 1, 2, 1_000_000),
        group: fc.constantFrom(1, 2, 3, 4_000_000_000),
        timeMs: time,
        receivedMs: time,
        origin: fc.integer({ min: 0, max: 3 }),
        revision: fc.constantFrom(0, 0, 1, 65_535),
        samples: fc.array(
          fc.record({ value: values, status }).map((sample) => ({
            ...sample,
            value: sample.status === absentStatus ? 0 : sample.value,
          })),
          { maxLength: 13 },
        ),
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({ gap: fc.constant(1), record: fc.json(), timeMs: time }),
  },
);

const store = (items: readonly Item[]): StoredEntries => {
  const texts = items.flatMap((entry) => ('record' in entry ? [Buffer.from(entry.record)] : []));
  const entries = layOutEntries({
    entries: items.length,
    samples: items.reduce((sum, entry) => sum + ('record' in entry ? 0 : entry.samples.length), 0),
    records: texts.length,
    recordBytes: texts.reduce((sum, text) => sum + text.length, 0),
  });
  const at = { seq: 0, sample: 0, record: 0, byte: 0 };
  items.forEach((entry, index) => {
    at.seq += entry.gap;
    entries.seq[index] = at.seq;
    entries.timeMs[index] = entry.timeMs;
    entries.offset[index] = at.sample;
    if ('record' in entry) {
      entries.kind[index] = 1;
      entries.receivedMs[index] = entry.timeMs;
      entries.retentionClass[index] = 3;
      entries.group[index] = at.record;
      entries.recordBytes.set(texts[at.record] as Buffer, at.byte);
      at.byte += (texts[at.record] as Buffer).length;
      entries.recordEnds[at.record++] = at.byte;
      return;
    }
    entries.receivedMs[index] = entry.receivedMs;
    entries.group[index] = entry.group;
    entries.origin[index] = entry.origin;
    entries.revision[index] = entry.revision;
    entries.retentionClass[index] = entry.origin === 1 ? 1 : 0;
    for (const sample of entry.samples) {
      entries.values[at.sample] = sample.value;
      entries.status[at.sample++] = sample.status;
    }
  });
  entries.offset[items.length] = at.sample;
  return entries;
};

const all = (entries: StoredEntries): Uint32Array =>
  Uint32Array.from({ length: entries.length }, (_, index) => index);

/** Everything a reader can see, comparable bit by bit: `toEqual` tells -0 from 0 and takes NaN for itself. */
const plain = (entries: StoredEntries): unknown => {
  const batch = toEntryBatch(entries);
  return {
    seq: [...batch.seq],
    kind: [...batch.kind],
    group: [...batch.group],
    timeMs: [...batch.timeMs],
    receivedMs: [...batch.receivedMs],
    origin: [...batch.origin],
    revision: [...batch.revision],
    offset: [...batch.offset],
    values: [...batch.values],
    status: [...batch.status],
    classes: [...entries.retentionClass],
    records: batch.records,
  };
};

const parameters = { seed: testSeed(), numRuns: 300 };

describe('entry codec', () => {
  it('gives back every bit of any entries', () => {
    const encoder = new EntryEncoder();
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 60 }), (items) => {
        const entries = store(items);
        const decoded = decodeEntries(encoder.encode(entries, all(entries)).slice());
        expect(plain(decoded)).toEqual(plain(entries));
      }),
      parameters,
    );
  });

  it('splits a batch into classes that together are the batch', () => {
    const encoder = new EntryEncoder();
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 60 }), (items) => {
        const entries = store(items);
        const parts = [0, 1, 2, 3].flatMap((retentionClass) => {
          const selected = all(entries).filter(
            (entry) => entries.retentionClass[entry] === retentionClass,
          );
          return selected.length === 0
            ? []
            : [decodeEntries(encoder.encode(entries, selected).slice())];
        });
        const runs = parts.flatMap((source) =>
          Array.from(all(source), (start) => ({ source, start, end: start + 1 })),
        );
        runs.sort((a, b) => (a.source.seq[a.start] as number) - (b.source.seq[b.start] as number));
        expect(plain(joinRuns(runs))).toEqual(plain(entries));
      }),
      parameters,
    );
  });

  it('copies runs of several entries with their channels and records', () => {
    fc.assert(
      fc.property(
        fc.array(item, { minLength: 2, maxLength: 40 }),
        fc.array(fc.nat(), { maxLength: 5 }),
        (items, cuts) => {
          const source = store(items);
          const places = [...new Set(cuts.map((cut) => cut % items.length)), items.length].sort(
            (a, b) => a - b,
          );
          let start = 0;
          const runs = places.map((end) => {
            const run = { source, start, end };
            start = end;
            return run;
          });
          expect(plain(joinRuns(runs))).toEqual(plain(source));
        },
      ),
      parameters,
    );
  });

  it('keeps a quiet NaN, both zeros and both infinities beside ordinary values', () => {
    const samples = [...awkward, 12.3, 0.1, 1 / 3].map((sample) => ({
      value: sample,
      status: statusCodes.good,
    }));
    const frame = { gap: 1, group: 1, timeMs: 1, receivedMs: 2, origin: 0, revision: 0, samples };
    const entries = store([frame, { ...frame, samples: samples.toReversed() }]);
    const decoded = decodeEntries(new EntryEncoder().encode(entries, all(entries)).slice());
    expect([...decoded.values]).toEqual([...entries.values]);
  });

  it('stores scaled 16-bit readings in about as many bytes as they vary', () => {
    const frames = Array.from({ length: 200 }, (_, k) => ({
      gap: 1,
      group: 1,
      timeMs: 1_760_000_000_000 + 20 * k,
      receivedMs: 1_760_000_000_000 + 20 * k,
      origin: 0,
      revision: 0,
      samples: [
        { value: (1800 + ((k * 7919) % 200)) / 10, status: statusCodes.good },
        { value: (240 + ((k * 104_729) % 100)) * 0.1, status: statusCodes.good },
      ],
    }));
    const entries = store(frames);
    const bytes = new EntryEncoder().encode(entries, all(entries)).length;
    // One byte a sample, three of times, seq and group an entry before compression; 16 as float64.
    expect(bytes).toBeLessThan(400 + 200 * 5 + 60);
  });
});
