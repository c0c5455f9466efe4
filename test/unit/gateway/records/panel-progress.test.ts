import { describe, expect, it } from 'vitest';
import { PanelAssembler } from '../../../../gateway/records/assembler.ts';
import type { PanelProgress } from '../../../../gateway/records/panel-progress.ts';
import { batchOfEntries, PanelScript, panelLine } from '../../../support/panel-entries.ts';

const line = 'seamwatt/demo/welding/mpm01';

const assembled = (script: PanelScript) => {
  const { directory } = script.at;
  const assembler = new PanelAssembler({
    checkpoint: { lines: {} },
    group: (number) => directory.groups[number - 1],
    text: (id) => directory.text(id),
  });
  assembler.take(batchOfEntries(script.entries, 1));
  return (afterSeq: number, maxRows = 1000): PanelProgress =>
    assembler.inProgress(line, { afterSeq, maxRows }) ?? expect.fail('no panel');
};

const places = ({ seams }: PanelProgress): readonly (readonly number[])[] =>
  seams.map(({ table }) => [
    ...(table.columns.find(({ point }) => point === 'bin.position')?.values ?? []),
  ]);

const script = (): PanelScript => new PanelScript(panelLine()).configure();

describe('the panel under the torches', () => {
  it('is not known before anything of the line was seen', () => {
    const { directory } = panelLine();
    const assembler = new PanelAssembler({
      checkpoint: { lines: {} },
      group: (number) => directory.groups[number - 1],
      text: (id) => directory.text(id),
    });
    expect(assembler.inProgress(line, { afterSeq: 0, maxRows: 1 })).toBeUndefined();
  });

  it('has its bins so far, those of the panel before are gone', () => {
    const made = script().panel('A1', 30).panel('A2', 4);
    const progress = assembled(made)(0);
    expect(progress).toMatchObject({
      ...{ panelId: 'A2', positionMm: 40, furthestMm: 40, isAtRest: false, isMore: false },
      key: expect.stringMatching(/^seamwatt\/demo\/welding\/mpm01@\d+#\d+$/),
    });
    expect(places(progress)).toEqual([
      [0, 10, 20, 30],
      [0, 10, 20, 30],
    ]);
    expect(progress.seams.map(({ seam, rows, fromRow }) => [seam, rows, fromRow])).toEqual([
      ['b01', 4, 0],
      ['f01', 4, 0],
    ]);
  });

  it('is told bit by bit: every bin once, and all seams up to the same entry', () => {
    const ask = assembled(script().panel('A1', 23));
    const seen: number[][] = [[], []];
    let afterSeq = 0;
    for (let turn = 0; turn < 30; turn += 1) {
      const progress = ask(afterSeq, 3);
      for (const [seam, own] of places(progress).entries()) seen[seam]?.push(...own);
      for (const [seam, { fromRow, table }] of progress.seams.entries()) {
        expect(fromRow + table.timeMs.length).toBe(seen[seam]?.length);
      }
      expect(progress.throughSeq).toBeGreaterThanOrEqual(afterSeq);
      afterSeq = progress.throughSeq;
      if (!progress.isMore) break;
    }
    const all = Array.from({ length: 23 }, (_, row) => row * 10);
    expect(seen).toEqual([all, all]);
    const nothing = ask(afterSeq);
    expect([places(nothing), nothing.throughSeq, nothing.isMore]).toEqual([
      [[], []],
      afterSeq,
      false,
    ]);
  });
});
