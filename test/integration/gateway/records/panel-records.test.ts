// Goal: each panel that passed has one record, whatever happened to the gateway meanwhile, and the record is what the journal
// says. Method: short panels of the simulated line over Modbus in lock-step, a kill -9 in the middle of one, another start; then
// the journal is assembled once more beside the gateway, and the records are verified, exported, backed up and restored.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type * as contract from '../../../../gateway/api/contract.ts';
import type { failure } from '../../../../gateway/api/failure-answer.ts';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { readJournal } from '../../../../gateway/journal/journal.ts';
import { noMessages, panelProduction } from '../../../../gateway/production/panel-fold.ts';
import { PanelAssembler } from '../../../../gateway/records/assembler.ts';
import { canonicalJson, sha256 } from '../../../../gateway/records/canonical-json.ts';
import {
  asJson,
  finishPanel,
  type RecordedDeformation,
} from '../../../../gateway/records/panel-record.ts';
import { type TestSite, writeDemoSite } from '../../../support/demo-site.ts';
import {
  eventually,
  type GatewayProcess,
  runGatewayProcess,
  startGatewayProcess,
} from '../../../support/gateway-process.ts';
import { textOfPdf } from '../../../support/pdf.ts';
import { type Simulator, startSimulator } from '../../../support/simulator.ts';

type PanelList = z.infer<typeof contract.panelList>;
type PanelRecord = z.infer<typeof contract.panelRecord>;
type PanelBins = z.infer<typeof contract.panelBins>;

const panelMm = 300;
const kpis = ['seamBins', 'heatInput', 'weldLength'];
const parametersOf = (kpi: string): object =>
  kpi === 'heatInput' ? { parameters: { process: '135' } } : {};

/** Records that the journal gives, read by nothing but the assembler: content hash by key. */
const recordsOfJournal = async (
  folder: string,
): Promise<readonly (readonly [string, string])[]> => {
  const texts = new Map<number, string>();
  const groups = new Map<number, RegisteredGroup>();
  const assembler = new PanelAssembler({
    checkpoint: { lines: {} },
    group: (number) => groups.get(number),
    text: (id) => texts.get(id),
  });
  const found: (readonly [string, string])[] = [];
  for await (const batch of readJournal(folder, {})) {
    for (const record of batch.records) {
      if (record.type === 'dictionary') texts.set(record.id, record.text);
      if (record.type !== 'configuration') continue;
      for (const group of record.groups) groups.set(group.number, group);
    }
    for (const panel of assembler.take(batch)) {
      const { key, record } = finishPanel(panel);
      const { startMs } = record.time;
      const seams = record.seams.map(({ seam }) => seam);
      const about = { startMs, isRepeated: false, seams };
      const nothing = { ...about, messages: [], ofOrder: () => noMessages };
      const whole = { ...record, production: panelProduction(nothing) };
      found.push([key, sha256(canonicalJson(asJson(whole)))]);
    }
  }
  return found;
};

describe('records of panels over a kill', { timeout: 240_000 }, () => {
  let simulator: Simulator;
  let site: TestSite;
  let gateway: GatewayProcess;
  let list: PanelList;

  const start = (seconds: number): Promise<GatewayProcess> =>
    startGatewayProcess([
      ...['run', '--config', site.file],
      ...['--clock', simulator.control, '--for', String(seconds)],
    ]);

  const panelsAtLeast = (count: number): Promise<PanelList> =>
    eventually(
      async () => {
        const found = await gateway.get<PanelList>('/api/v1/panels');
        return found.panels.length >= count ? found : undefined;
      },
      `${count} panels`,
      90_000,
    );

  beforeAll(async () => {
    const line = ['--lock-step', '--panel-length-mm', String(panelMm)];
    simulator = await startSimulator(line);
    site = await writeDemoSite(simulator, (demo) => {
      demo.sources = demo.sources.filter(({ ['id']: id }) => id === 'line-plc');
      demo['kpis'] = [
        ...kpis.map((kpi) => ({ kpi, equipment: 'welding/mpm01/*', ...parametersOf(kpi) })),
        { kpi: 'panelWeldLength', equipment: 'welding/mpm01/line' },
      ];
      demo['calculated'] = [];
    });
    gateway = await start(86_400);
    await panelsAtLeast(1);
    await gateway.stop('SIGKILL');
    gateway = await start(86_400);
    list = await panelsAtLeast(3);
  }, 200_000);

  afterAll(async () => {
    await gateway?.stop('SIGKILL');
    await simulator?.stop();
    await site?.remove();
  });

  it('has every panel once, newest first, with all its seams and millimetres', async () => {
    const ids = list.panels.map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted().reverse());
    expect(new Set(list.panels.map(({ panelId }) => panelId)).size).toBe(ids.length);
    expect(list.panels.map(({ panel }) => panel)).toEqual(
      ids.map((_, index) => ids.length - index),
    );
    const oldest = list.panels.at(-1)?.id ?? expect.fail('no panel');
    const { record, ...link } = await gateway.get<PanelRecord>(`/api/v1/panels/${oldest}`);
    expect(link).toMatchObject({ number: 1, revision: 1, reason: 'assembled' });
    const { seams, marks, simulated, results } = record as {
      seams: {
        seam: string;
        bins: { rows: number };
        results: { point: string; value: number }[];
      }[];
      marks: unknown;
      simulated: unknown;
      results: { point: string; value: number }[];
    };
    expect(simulated).toBe(true);
    expect(marks).toEqual([]);
    expect(seams).toHaveLength(20);
    for (const { bins, results: ofSeam } of seams) {
      expect(bins.rows).toBeGreaterThanOrEqual(panelMm / 10 - 1);
      const length = ofSeam.find(({ point }) => point === 'weldLength');
      expect(length?.value).toBeGreaterThan(0.9 * (panelMm / 1000));
    }
    expect(results.find(({ point }) => point === 'panelWeldLength')?.value).toBeGreaterThan(
      18 * (panelMm / 1000),
    );
    const bins = await gateway.get<PanelBins>(`/api/v1/panels/${oldest}/bins/f01`);
    const position = bins.columns.find(({ point }) => point === 'bin.position');
    expect(position?.values.slice(0, 5)).toEqual([0, 10, 20, 30, 40]);
    const names = bins.columns.find(({ point }) => point === 'bin.panelId');
    expect(new Set(names?.values)).toEqual(new Set([oldest]));
  });

  it('has the deformation along each panel, and its dossier as a PDF', async () => {
    const oldest = list.panels.at(-1)?.id ?? expect.fail('no panel');
    const { record } = await gateway.get<PanelRecord>(`/api/v1/panels/${oldest}`);
    const { positionMm, heightsMm } = record['deformation'] as RecordedDeformation;
    expect(positionMm.length).toBeGreaterThanOrEqual(panelMm / 50 - 1);
    expect(positionMm).toEqual(positionMm.toSorted((a, b) => a - b));
    expect(Math.max(...positionMm)).toBeLessThanOrEqual(panelMm);
    expect(heightsMm.every((heights) => heights.length === 12)).toBe(true);
    expect(record['methods']).toEqual([
      { kpi: 'heatInput', equipment: 'welding/mpm01/*', parameters: { process: '135' } },
    ]);
    const response = await fetch(
      new URL(`/api/v1/panels/${oldest}/dossier?language=zh`, gateway.url),
    );
    expect(response.status).toBe(200);
    const text = textOfPdf(new Uint8Array(await response.arrayBuffer()));
    for (const what of [oldest, '仿真数据', 'F01', 'B10', 'process 135']) {
      expect(text).toContain(what);
    }
  });

  it('answers in words what it does not have', async () => {
    const refused = async (path: string) => {
      const response = await fetch(new URL(path, gateway.url));
      const { error } = (await response.json()) as z.infer<typeof failure>;
      return [response.status, error.message, error.words.zh];
    };
    expect(await refused('/api/v1/panels/NONE')).toEqual([
      ...[404, 'no record of a panel NONE: /api/v1/panels lists them'],
      '没有管屏 NONE 的记录：/api/v1/panels 可列出全部',
    ]);
    const known = list.panels[0]?.id ?? '';
    expect((await refused(`/api/v1/panels/${known}?revision=9`))[1]).toMatch(/no revision 9/);
    expect((await refused(`/api/v1/panels/${known}/bins/x9`))[1]).toMatch(/no bins of seam x9/);
    const found = await gateway.get<PanelList>(`/api/v1/panels?text=${known}&limit=1`);
    expect(found.panels.map(({ id }) => id)).toEqual([known]);
  });

  it('is what the journal gives to whoever assembles it again, and verifies, also from a backup', async () => {
    await gateway.stop();
    const data = join(site.folder, 'data');
    const verified = await runGatewayProcess(['records', 'verify', '--data', data, '--json']);
    const report = JSON.parse(verified.out) as { ok: boolean; revisions: number; head: string };
    expect(verified.code).toBe(0);
    expect(report.ok).toBe(true);
    const expected = await recordsOfJournal(site.journalFolder);
    const stored: (readonly [string, string])[] = [];
    for (const { id } of list.panels.toReversed()) {
      const exported = await runGatewayProcess(['records', 'export', id, '--data', data, '--bins']);
      expect(exported.code, exported.log).toBe(0);
      const { key, contentHash, record, bins } = JSON.parse(exported.out);
      expect(sha256(canonicalJson(record))).toBe(contentHash);
      expect(Object.keys(bins)).toHaveLength(20);
      stored.push([key, contentHash]);
    }
    expect(stored.length).toBeGreaterThanOrEqual(3);
    expect(expected.slice(0, stored.length)).toEqual(stored);

    const backup = join(site.folder, 'backup.tar');
    const restored = join(site.folder, 'restored');
    for (const command of [
      ['backup', '--data', data, '--to', backup],
      ['backup', '--verify', backup],
      ['restore', '--from', backup, '--to', restored],
    ]) {
      const { code, log } = await runGatewayProcess(command);
      expect(code, log).toBe(0);
    }
    const again = await runGatewayProcess(['records', 'verify', '--data', restored, '--json']);
    expect(JSON.parse(again.out)).toEqual(JSON.parse(verified.out));
  });
});
