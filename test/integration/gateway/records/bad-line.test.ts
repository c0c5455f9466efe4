// Goal: whatever a line says of its panels, nothing of them is lost, and what is not as it should be is marked. Method: the
// simulated line welds short panels behind a PLC that lies about position and id or refuses reads, over Modbus in lock-step.
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type * as contract from '../../../../gateway/api/contract.ts';
import type { PanelRecord } from '../../../../gateway/records/panel-record.ts';
import { type BadLine, startBadLine } from '../../../support/bad-line.ts';
import { type TestSite, writeDemoSite } from '../../../support/demo-site.ts';
import {
  eventually,
  runGatewayProcess,
  startGatewayProcess,
} from '../../../support/gateway-process.ts';

type PanelList = z.infer<typeof contract.panelList>;
type Column = { readonly point: string; readonly values: readonly (number | string | null)[] };

const panelMm = 300;
/** The panels, and what one of them is taken for as well. */
const day = 'MPM01-20230621';
const recordIds = [
  ...['001', '002', '003', '004', '005'].map((name) => `${day}-${name}`),
  ...['ANOTHER', `${day}-005~2`],
];

/** Of one read. */
const refused = ['f01', 'f02', 'f03', 'f04', 'f05'];

const isWithin = (mm: number, fromMm: number, toMm: number): boolean => mm >= fromMm && mm < toMm;

describe('a line that says of its panels what it likes', { timeout: 240_000 }, () => {
  let line: BadLine;
  let site: TestSite;
  const data = (): string => dirname(site.journalFolder);

  type Dossier = {
    readonly record: PanelRecord;
    readonly column: (seam: string, name: string) => readonly Column['values'][number][];
  };
  const dossiers = new Map<string, Dossier>();
  const of = (id: string): Dossier => dossiers.get(id) ?? expect.fail(`no ${id}`);

  const exported = async (id: string): Promise<Dossier> => {
    const { code, out } = await runGatewayProcess([
      ...['records', 'export', id, '--data', data(), '--bins'],
    ]);
    expect(code, id).toBe(0);
    const { record, bins } = JSON.parse(out) as {
      readonly record: PanelRecord;
      readonly bins: Readonly<Record<string, { readonly columns: readonly Column[] }>>;
    };
    const column = (seam: string, name: string): readonly Column['values'][number][] =>
      bins[seam]?.columns.find(({ point }) => point === `bin.${name}`)?.values ?? [];
    return { record, column };
  };

  beforeAll(async () => {
    line = await startBadLine({
      startMs: Date.UTC(2023, 5, 21),
      panelLengthMm: panelMm,
      refuses: (panel, address) => panel === 1 && address === 1000,
      shows: (panel, trueMm) => {
        const isThere = isWithin(trueMm, 150, 165);
        if (panel === 2 && isThere) return { positionMm: trueMm - 40 };
        if (panel === 3 && isThere) return { positionMm: 31_000 };
        if (panel === 3 && isWithin(trueMm, 200, 215)) return { positionMm: -2000 };
        if (panel === 4 && isThere) return { positionMm: 25_000 };
        if (panel === 5 && isWithin(trueMm, 150, 200)) return { panelId: 'ANOTHER' };
        return {};
      },
    });
    site = await writeDemoSite({ address: () => line.address }, (demo) => {
      demo.sources = demo.sources.filter(({ ['id']: id }) => id === 'line-plc');
      demo['kpis'] = [{ kpi: 'seamBins', equipment: 'welding/mpm01/*' }];
      demo['calculated'] = [];
    });
    const gateway = await startGatewayProcess([
      ...['run', '--config', site.file, '--clock', line.control, '--for', '86400'],
    ]);
    const enough = async (): Promise<true | undefined> => {
      const { panels } = await gateway.get<PanelList>('/api/v1/panels');
      return panels.length >= recordIds.length ? true : undefined;
    };
    await eventually(enough, `${recordIds.length} panels`, 220_000);
    expect(await gateway.stop(), gateway.log()).toBe(0);
    for (const id of recordIds) dossiers.set(id, await exported(id));
  }, 240_000);

  afterAll(async () => {
    await line?.close();
    await site?.remove();
  });

  it('keeps records that verify, one of each time that a panel was there', async () => {
    const { code, out } = await runGatewayProcess([
      ...['records', 'verify', '--data', data(), '--json'],
    ]);
    expect(code, out).toBe(0);
    const ids = recordIds.map((id) => of(id).record.panelId);
    expect(ids).toEqual(recordIds.map((id) => id.replace(/~2$/, '')));
  });

  it('marks the seams that it refused to tell of, and keeps the others', () => {
    const { record } = of(`${day}-001`);
    expect(record.marks).toEqual(refused.map((subject) => ({ code: 'seam-missing', subject })));
    for (const { seam, bins } of record.seams) {
      expect(bins?.rows ?? 0, seam).toBeGreaterThanOrEqual(
        refused.includes(seam) ? 0 : panelMm / 10,
      );
      if (refused.includes(seam)) expect(bins).toBeNull();
    }
  });

  it('marks a position that goes back within the panel, and by how much', () => {
    const { record } = of(`${day}-002`);
    expect(record.marks).toMatchObject([{ code: 'position-backwards', count: 1 }]);
    expect(record.marks[0]?.mostMm).toBeGreaterThan(30);
    expect(record.marks[0]?.mostMm).toBeLessThan(42);
    // Those that were refused on the panel before are not asked at every step again at once.
    for (const { seam, bins } of record.seams) {
      if (!refused.includes(seam)) expect(bins?.rows, seam).toBeGreaterThanOrEqual(panelMm / 10);
    }
  });

  it('does not believe a position that no panel has, and says how much was not measured', () => {
    const { record, column } = of(`${day}-003`);
    expect(record.marks).toEqual([]);
    expect(record.positionMm.maximum).toBeLessThan(panelMm + 5);
    expect(record.positionMm.minimum).toBeGreaterThan(-5);
    for (const { seam } of record.seams) {
      const places = column(seam, 'position').map(Number);
      expect(Math.max(...places), seam).toBeLessThanOrEqual(panelMm);
      expect(Math.min(...places), seam).toBe(0);
      // 15 mm are missing twice, and a step at either edge.
      const measuredMm = column(seam, 'length').reduce<number>((sum, mm) => sum + Number(mm), 0);
      expect(measuredMm, seam).toBeGreaterThan(panelMm - 2 * 18);
      expect(measuredMm, seam).toBeLessThan(panelMm - 2 * 13);
    }
  });

  it('marks a position that jumps and comes back, and has what came before and after in one record', () => {
    const { record, column } = of(`${day}-004`);
    expect(record.marks).toMatchObject([
      { code: 'position-backwards', count: 1 },
      { code: 'position-jumped', count: 1 },
    ]);
    for (const { mostMm } of record.marks) expect(mostMm).toBeGreaterThan(24_000);
    for (const { seam } of record.seams) {
      const lengths = column(seam, 'length').map(Number);
      const welded = column(seam, 'position').filter((_, row) => (lengths[row] as number) > 1);
      const places = welded.map(Number).filter((mm) => mm < panelMm);
      // Nothing was measured twice.
      const measuredMm = lengths.reduce((sum, mm) => sum + mm, 0);
      expect(measuredMm, seam).toBeLessThan(panelMm + 5);
      // All but what was welded while it lied, and the bins at its edges.
      expect(new Set(places).size, seam).toBeGreaterThanOrEqual(panelMm / 10 - 3);
    }
  });

  it('has the bins of two panels that overlap with the panel that each of them names', () => {
    const parts = [`${day}-005`, 'ANOTHER', `${day}-005~2`].map(of);
    for (const { record, column } of parts) {
      expect(record.marks).toEqual([]);
      for (const { seam } of record.seams) {
        expect(new Set(column(seam, 'panelId')), seam).toEqual(new Set([record.panelId]));
      }
    }
    const rows = parts.map(({ record }) => record.seams[0]?.bins?.rows ?? 0);
    expect(rows.reduce((sum, one) => sum + one)).toBeGreaterThanOrEqual(panelMm / 10);
  });
});
