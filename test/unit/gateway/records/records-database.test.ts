import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { PanelAssembler } from '../../../../gateway/records/assembler.ts';
import {
  decodeBins,
  encodeBins,
  packBins,
  unpackBins,
} from '../../../../gateway/records/bins-file.ts';
import { RecordsDatabase } from '../../../../gateway/records/records-database.ts';
import { recordsSchema } from '../../../../gateway/records/records-schema.ts';
import { verifyRecords } from '../../../../gateway/records/verify-records.ts';
import { batchOfEntries, PanelScript, panelLine } from '../../../support/panel-entries.ts';

const opened = () => {
  const file = new DatabaseSync(':memory:');
  file.exec(recordsSchema.tables);
  return { file, records: new RecordsDatabase(file) };
};

const assembled = (script: PanelScript) => {
  const { directory } = script.at;
  const assembler = new PanelAssembler({
    checkpoint: { lines: {} },
    group: (number) => directory.groups[number - 1],
    text: (id) => directory.text(id),
  });
  const panels = assembler.take(batchOfEntries(script.entries, 1));
  return { panels, checkpoint: assembler.checkpoint };
};

const threePanels = () =>
  assembled(
    new PanelScript(panelLine())
      .configure()
      .panel('A1', 20)
      // Nobody tells an id while the position falls: what is called the same again is another panel.
      .position('', 0)
      .panel('A1', 12)
      .panel('A2', 11, 0.7)
      .panel('A3', 1),
  );

describe('records of panels', () => {
  it('are listed newest first, in pages, and by a part of their id or by time', () => {
    const { records } = opened();
    records.store(threePanels());
    const ids = (query: Parameters<RecordsDatabase['list']>[0]): readonly string[] =>
      records.list(query).map(({ id }) => id);
    expect(ids({ limit: 10 })).toEqual(['A2', 'A1~2', 'A1']);
    expect(ids({ limit: 1, beforePanel: 3 })).toEqual(['A1~2']);
    expect(ids({ limit: 10, text: '1' })).toEqual(['A1~2', 'A1']);
    expect(ids({ limit: 10, text: '%' })).toEqual([]);
    expect(ids({ limit: 10, toMs: 1_000_001 })).toEqual(['A1']);
    expect(ids({ limit: 10, fromMs: 1_030_000 })).toEqual(['A2', 'A1~2']);
  });

  it('are found by id, with their bins', () => {
    const { records } = opened();
    records.store(threePanels());
    const found = records.find({ id: 'A1~2' });
    expect(found).toMatchObject({ number: 2, revision: 1, revisions: 1, reason: 'assembled' });
    expect(found?.record.panelId).toBe('A1');
    const bins = records.bins({ id: 'A1~2', seam: 'f01' });
    const column = bins?.columns.find(({ point }) => point === 'bin.position');
    expect([...(column?.values ?? [])]).toEqual(Array.from({ length: 12 }, (_, row) => 10 * row));
    expect(records.find({ id: 'A9' })).toBeUndefined();
    expect(records.find({ id: 'A1', revision: 2 })).toBeUndefined();
    expect(records.bins({ id: 'A1', seam: 'f09' })).toBeUndefined();
  });

  it('that were assembled again and read the same are not there twice', () => {
    const { records } = opened();
    const { panels, checkpoint } = threePanels();
    records.store({ panels, checkpoint });
    const before = verifyRecords(records);
    expect(records.store({ panels, checkpoint })).toEqual([]);
    expect(verifyRecords(records)).toEqual(before);
    expect(before).toMatchObject({ ok: true, revisions: 3, panels: 3, files: 6 });
    expect(records.checkpoint()).toEqual(checkpoint);
  });

  it('that read otherwise than before are a new revision beside the old one', () => {
    const { records } = opened();
    const { panels, checkpoint } = threePanels();
    records.store({ panels, checkpoint });
    const [first] = panels;
    if (first === undefined) expect.fail('no panel');
    const marks = [{ code: 'journal-lost', count: 3 }] as const;
    const changed = { ...first, record: { ...first.record, marks } };
    expect(records.store({ panels: [changed], checkpoint })).toEqual([
      { id: 'A1', revision: 2, reason: 'assembled-again' },
    ]);
    expect(records.find({ id: 'A1' })?.record.marks).toEqual(marks);
    expect(records.find({ id: 'A1', revision: 1 })?.record.marks).toEqual([]);
    expect(records.list({ limit: 10, text: 'A1' }).map(({ revision }) => revision)).toEqual([1, 2]);
    expect(verifyRecords(records)).toMatchObject({ ok: true, revisions: 4, panels: 3 });
  });

  it('are the same chain whether they are stored at once or one by one', () => {
    const { panels, checkpoint } = threePanels();
    const [atOnce, oneByOne] = [opened().records, opened().records];
    atOnce.store({ panels, checkpoint });
    for (const panel of panels) oneByOne.store({ panels: [panel], checkpoint });
    expect(verifyRecords(oneByOne).head).toBe(verifyRecords(atOnce).head);
  });

  it.each([
    'UPDATE revision SET content = 1',
    'DELETE FROM revision',
    "UPDATE bins SET packed = x'00'",
    'DELETE FROM bins',
  ])('refuse %s', (statement) => {
    const { file, records } = opened();
    records.store(threePanels());
    expect(() => file.exec(statement)).toThrow(/never/);
  });
});

describe('verifying records', () => {
  const tampered = (statement: string) => {
    const { file, records } = opened();
    records.store(threePanels());
    file.exec(
      'DROP TRIGGER revision_is_never_changed; DROP TRIGGER revision_is_never_deleted; DROP TRIGGER bins_are_never_changed; DROP TRIGGER bins_are_never_deleted;',
    );
    file.exec(statement);
    const { ok, problems } = verifyRecords(records);
    expect(ok).toBe(problems.length === 0);
    return problems.map(({ kind, number }) => `${kind} ${number}`);
  };

  it.each([
    [
      'UPDATE revision SET content = replace(content, \'"A1"\', \'"B1"\') WHERE number = 1',
      ['content-changed 1', 'link-changed 1'],
    ],
    ["UPDATE revision SET id = 'B1' WHERE number = 2", ['link-changed 2']],
    ['DELETE FROM revision WHERE number = 2', ['gap 3', 'chain-broken 3']],
    [
      "UPDATE revision SET previous_hash = 'x' WHERE number = 2",
      ['link-changed 2', 'chain-broken 2'],
    ],
    ['UPDATE revision SET start_ms = 5 WHERE number = 3', ['link-changed 3']],
    ['DELETE FROM bins', ['1', '1', '2', '2', '3', '3'].map((number) => `bins-missing ${number}`)],
    [
      "UPDATE bins SET packed = x'00'",
      ['1', '1', '2', '2', '3', '3'].map((number) => `bins-changed ${number}`),
    ],
  ])('finds %s', (statement, expected) => {
    expect(tampered(statement)).toEqual(expected);
  });
});

describe('a file of bins', () => {
  const table = {
    timeMs: Float64Array.of(1, 2, 3),
    columns: [
      {
        point: 'a',
        unit: 'mm',
        values: Float32Array.of(1, 2.5, -0),
        status: Uint32Array.of(0, 1, 2),
      },
      {
        point: 'b',
        unit: '1',
        texts: ['x', '管'],
        values: Float32Array.of(0, 1, 0),
        status: Uint32Array.of(0, 0, 0xffff_ffff),
      },
    ],
  };

  it('reads as it was written, packed or not', () => {
    const file = encodeBins(table);
    expect(decodeBins(file)).toEqual(table);
    expect(unpackBins(packBins(file))).toEqual(file);
  });

  it('that is cut off or no file of bins is refused', () => {
    const file = encodeBins(table);
    expect(() => decodeBins(file.subarray(0, file.length - 8))).toThrow(/does not read/);
    expect(() => decodeBins(Buffer.from('something else'))).toThrow(/does not read/);
  });
});
