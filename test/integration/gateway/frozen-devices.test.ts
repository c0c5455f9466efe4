// Goal: devices that answer for ever with the same registers are caught, and nothing is added up meanwhile. Method: the
// simulators stand still behind their servers for a while, in lock-step; then the journal is read and replayed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statusCodes } from '../../../gateway/core/quality.ts';
import { readJournal } from '../../../gateway/journal/journal.ts';
import { replayJournal } from '../../../gateway/runtime/replay.ts';
import { type TestSite, writeDemoSite } from '../../support/demo-site.ts';
import { startGatewayProcess } from '../../support/gateway-process.ts';
import { type JournalledRow, readRows, readSamples } from '../../support/journal-samples.ts';
import { type Simulator, startSimulator } from '../../support/simulator.ts';

const start = '2023-06-22T03:00:00Z';
const startMs = Date.parse(start);
const at = (second: number): number => startMs + second * 1000;
/** The line welds from 153 s on; the PLC stands still in between, the PV meter for longer. */
const plc = { fromMs: at(200), toMs: at(215) };
const meter = { fromMs: at(100), toMs: at(220) };
const lastSecond = 240;
const heartbeatMs = 5000;
const frozenMs = 20_000;

describe('devices that stand still in lock-step', { timeout: 120_000 }, () => {
  let simulator: Simulator;
  let site: TestSite;
  let rows: ReadonlyMap<string, readonly JournalledRow[]>;
  const codes: string[] = [];

  const rowsOf = (path: string, fromMs: number, toMs: number): readonly JournalledRow[] =>
    (rows.get(path) ?? []).filter(({ timeMs }) => timeMs >= fromMs && timeMs < toMs);
  const statuses = (path: string, fromMs: number, toMs: number): ReadonlySet<number> =>
    new Set(rowsOf(path, fromMs, toMs).map(({ status }) => status));

  beforeAll(async () => {
    simulator = await startSimulator([
      '--lock-step',
      '--start',
      start,
      '--panel-length-mm',
      '3000',
    ]);
    const faults = [
      { kind: 'frozen', device: 'line.plc', ...plc },
      { kind: 'frozen', device: 'park.meters/4', ...meter },
    ];
    expect((await simulator.send('POST', '/faults', faults)).status).toBeLessThan(300);
    site = await writeDemoSite(simulator, (demo) => {
      demo.sources = demo.sources.filter(({ ['id']: id }) =>
        ['line-plc', 'park-meters'].includes(String(id)),
      );
      demo['kpis'] = [{ kpi: 'arcOnRatio', equipment: 'welding/mpm01/*' }];
      demo['calculated'] = [];
      const frozen = { afterMs: frozenMs };
      demo['screening'] = {
        points: [
          { points: 'park/meters/*/power', frozen: { ...frozen, beyond: 1000 } },
          {
            points: 'park/meters/*/energyExport',
            frozen: { ...frozen, while: { point: 'power', below: -5000 } },
          },
        ],
      };
    });
    const gateway = await startGatewayProcess([
      ...['run', '--config', site.file],
      ...['--clock', simulator.control, '--for', String(lastSecond)],
    ]);
    expect(await gateway.ended, gateway.log()).toBe(0);
    rows = await readRows(site.journalFolder, [
      'welding/mpm01/f01/current',
      'welding/mpm01/b10/arcOn',
      'welding/mpm01/line/state',
      'park/meters/pv/power',
      'park/meters/pv/energyExport',
      'park/meters/load/power',
    ]);
    for await (const batch of readJournal(site.journalFolder, { classes: ['event'] })) {
      for (const record of batch.records) {
        if (record.type === 'event') codes.push(`${record.event.code} ${record.event.subject}`);
      }
    }
  }, 120_000);

  afterAll(async () => {
    await simulator?.stop();
    await site?.remove();
  });

  it('marks all that a PLC in STOP shows, its states too, from when its heartbeat stood too long', () => {
    const old = new Set([statusCodes.uncertainLastUsableValue]);
    const good = new Set([statusCodes.good]);
    for (const path of [
      'welding/mpm01/f01/current',
      'welding/mpm01/b10/arcOn',
      'welding/mpm01/line/state',
    ]) {
      expect(statuses(path, plc.fromMs + heartbeatMs + 1000, plc.toMs)).toEqual(old);
      expect(statuses(path, plc.toMs + 2000, at(lastSecond))).toEqual(good);
      expect(statuses(path, at(160), plc.fromMs + heartbeatMs - 1500)).toEqual(good);
    }
    expect(codes.filter((code) => code.startsWith('device-'))).toEqual([
      'device-stopped line-plc, unit 1',
      'device-runs line-plc, unit 1',
    ]);
  });

  it('marks the power and the register of a meter that stands, and no other meter', () => {
    for (const path of ['park/meters/pv/power', 'park/meters/pv/energyExport']) {
      const marked = statuses(path, meter.fromMs + frozenMs + 2000, meter.toMs);
      expect(marked).toEqual(new Set([statusCodes.uncertainLastUsableValue]));
      expect(statuses(path, meter.toMs + 2000, at(lastSecond))).toEqual(
        new Set([statusCodes.good]),
      );
    }
    expect(statuses('park/meters/load/power', startMs, at(lastSecond))).toEqual(
      new Set([statusCodes.good]),
    );
    expect(codes).toContain('value-frozen park/meters/pv/power');
    expect(codes).toContain('value-frozen park/meters/pv/energyExport');
  });

  it('stops adding up: coverage of the arc time falls by what was not measured', async () => {
    const path = 'welding/mpm01/f01/arcOnRatio.coverage';
    const { computed } = await readSamples(site.journalFolder, [plc.fromMs, at(lastSecond - 1)]);
    const coverage = (ms: number): number => computed.get(ms)?.get(path)?.value ?? Number.NaN;
    expect(coverage(plc.fromMs)).toBeGreaterThan(0.99);
    const weldSeconds = lastSecond - 1 - 153;
    const lostSeconds = (plc.toMs - plc.fromMs - heartbeatMs) / 1000;
    expect(coverage(at(lastSecond - 1))).toBeLessThan(0.99);
    expect(1 - coverage(at(lastSecond - 1))).toBeLessThan((lostSeconds + 4) / weldSeconds);
  });

  it('replays to the same bits, because the journal holds what was decided', async () => {
    const report = await replayJournal({ folder: site.journalFolder });
    expect(report.computedFrames).toBeGreaterThan(0);
    expect([report.differingFrames, report.missingFrames]).toEqual([0, 0]);
  });
});
