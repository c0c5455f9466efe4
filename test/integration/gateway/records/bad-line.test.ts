// Goal: whatever a line says of its panels, nothing of them is lost, and what is not as it should be is marked. Method: the
// simulated line welds short panels behind a PLC that lies about position and id or refuses reads, over Modbus in lock-step.
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BadLine, startBadLine } from '../../../support/bad-line.ts';
import { type TestSite, writeDemoSite } from '../../../support/demo-site.ts';
import { runGatewayProcess, startGatewayProcess } from '../../../support/gateway-process.ts';

const panelMm = 300;
/** Find, weld, scan, unload; and load before all but the first, s. */
const firstSeconds = 3 + 22.5 + 120;
const cycleSeconds = 150 + firstSeconds;
const panels = 5;
const runSeconds = Math.ceil(firstSeconds + (panels - 1) * cycleSeconds) + 15;

const isWithin = (mm: number, fromMm: number, toMm: number): boolean => mm >= fromMm && mm < toMm;

type Mark = { readonly code: string; readonly subject?: string; readonly mostMm?: number };
type Record = {
  readonly panelId: string;
  readonly positionMm: { readonly minimum: number; readonly maximum: number };
  readonly marks: readonly Mark[];
  readonly seams: readonly {
    readonly seam: string;
    readonly bins: { readonly rows: number } | null;
  }[];
};

describe('a line that says of its panels what it likes', () => {
  let line: BadLine;
  let site: TestSite;
  const exported = async (id: string, ...more: readonly string[]) => {
    const data = dirname(site.journalFolder);
    const { code, out } = await runGatewayProcess([
      'records',
      'export',
      id,
      '--data',
      data,
      ...more,
    ]);
    expect(code, id).toBe(0);
    return JSON.parse(out) as { readonly record: Record; readonly bins: unknown };
  };
  const recordOf = async (id: string): Promise<Record> => (await exported(id)).record;

  beforeAll(async () => {
    line = await startBadLine({
      startMs: Date.UTC(2023, 5, 21),
      panelLengthMm: panelMm,
      refuses: (panel, address) => panel === 1 && address === 1000,
      shows: (panel, trueMm) => {
        if (panel === 2 && isWithin(trueMm, 150, 165)) return { positionMm: trueMm - 40 };
        if (panel === 3 && isWithin(trueMm, 150, 165)) return { positionMm: 31_000 };
        if (panel === 3 && isWithin(trueMm, 200, 215)) return { positionMm: -2000 };
        if (panel === 4 && isWithin(trueMm, 150, 165)) return { positionMm: 25_000 };
        if (panel === 5 && isWithin(trueMm, 150, 200)) return { panelId: 'ANOTHER' };
        return {};
      },
    });
    site = await writeDemoSite({ address: () => line.address }, (demo) => {
      demo.sources = demo.sources.filter(({ ['id']: id }) => id === 'line-plc');
      demo['kpis'] = ['seamBins', 'weldLength'].map((kpi) => ({
        ...{ kpi, equipment: 'welding/mpm01/*' },
      }));
      demo['calculated'] = [];
    });
    const gateway = await startGatewayProcess([
      ...['run', '--config', site.file, '--clock', line.control, '--for', String(runSeconds)],
    ]);
    expect(await gateway.ended, gateway.log()).toBe(0);
  }, 240_000);

  afterAll(async () => {
    await line?.close();
    await site?.remove();
  });

  it('keeps records that verify', async () => {
    const data = dirname(site.journalFolder);
    const { code, out } = await runGatewayProcess(['records', 'verify', '--data', data, '--json']);
    expect(code).toBe(0);
    console.log(out);
    for (const id of [
      'MPM01-20230621-001',
      'MPM01-20230621-002',
      'MPM01-20230621-003',
      'MPM01-20230621-004',
      'MPM01-20230621-004~2',
      'MPM01-20230621-005',
      'ANOTHER',
      'MPM01-20230621-005~2',
    ]) {
      try {
        const r = await recordOf(id);
        console.log(
          id,
          JSON.stringify(r.marks),
          JSON.stringify(r.positionMm),
          r.seams.map((s) => s.bins?.rows ?? 0).join(),
        );
      } catch (e) {
        console.log(id, String(e).slice(0, 100));
      }
    }
  });
});
