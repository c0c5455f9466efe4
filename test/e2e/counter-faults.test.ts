// Goal: no counter of a device can make the day's energy lie. Method: in lock-step, meters are read over Modbus while faults
// make their registers jump ahead, back, there and back, to 0 and over their end; the KPIs are compared with what the plant
// really counted, which no fault touches.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statusCodes } from '../../gateway/core/quality.ts';
import { readJournal } from '../../gateway/journal/journal.ts';
import { type TestSite, writeDemoSite } from '../support/demo-site.ts';
import { startGatewayProcess } from '../support/gateway-process.ts';
import { type JournalContent, readSamples } from '../support/journal-samples.ts';
import { type Simulator, startSimulator } from '../support/simulator.ts';

const start = '2023-06-21T08:00:00Z';
const startMs = Date.parse(start);
/** Where the day begins with the simulation. */
const timeZone = 'Etc/GMT+8';
const seconds = 300;
const endMs = startMs + seconds * 1000;
const jump = 'counter-jump';

type Registers = { readonly importRegisterWh: number; readonly exportRegisterWh: number };
type State = { readonly park: { readonly meters: Readonly<Record<string, Registers>> } };

describe('registers that lie', () => {
  let simulator: Simulator;
  let site: TestSite;
  let before: State;
  let after: State;
  let journal: JournalContent;
  const events: { readonly code: string; readonly subject: string; readonly atSecond: number }[] =
    [];

  const state = async (): Promise<State> => (await simulator.send('GET', '/state')).body as State;
  const fault = async (device: string, more: object): Promise<void> => {
    const { status } = await simulator.send('POST', '/faults', { device, kind: jump, ...more });
    expect(status).toBe(201);
  };

  beforeAll(async () => {
    simulator = await startSimulator([
      ...['--lock-step', '--start', start, '--park-meter-error', 'off'],
    ]);
    const kpi = (equipment: string, energy: string, fitting = 'gridImport') => ({
      ...{ kpi: fitting, equipment: `park/energy/${equipment}` },
      inputs: { energy: `park/meters/${energy}` },
    });
    site = await writeDemoSite(simulator, (demo) => {
      demo.site = { ...demo.site, timeZone };
      demo.sources = demo.sources.filter(({ id }) => id === 'park-meters');
      demo['calculated'] = [];
      demo['kpis'] = [
        kpi('grid', 'grid/energyImport'),
        kpi('load', 'load/energyImport'),
        kpi('ev', 'ev/energyImport'),
        kpi('pv', 'pv/energyExport', 'gridExport'),
      ];
    });
    // With an empty battery the grid has to give.
    await simulator.send('POST', '/state', { 'park.storage.soc': 0.11 });
    before = await state();
    await fault('park.meters/1', { id: 'ahead', by: 100_000_000, atMs: 60_500 });
    await fault('park.meters/1', { id: 'back', by: -2_000_000, atMs: 180_500 });
    await fault('park.meters/2', { to: 2 ** 32 - 5000 });
    await fault('park.meters/3', { to: 0, atMs: 60_500 });
    await fault('park.meters/4', { by: 100_000_000, atMs: 60_500, forMs: 120_000 });
    const gateway = await startGatewayProcess([
      ...['run', '--config', site.file],
      ...['--clock', simulator.control, '--for', String(seconds)],
    ]);
    expect(await gateway.ended, gateway.log()).toBe(0);
    after = await state();
    journal = await readSamples(site.journalFolder, [endMs]);
    for await (const batch of readJournal(site.journalFolder, { classes: ['event'] })) {
      for (const record of batch.records) {
        if (record.type !== 'event' || !record.event.code.startsWith('counter-')) continue;
        const { code, subject } = record.event;
        events.push({ code, subject, atSecond: (record.timeMs - startMs) / 1000 });
      }
    }
  }, 120_000);

  afterAll(async () => {
    await simulator.stop();
    await site.remove();
  });

  const kpiOf = (path: string) => ({
    ...journal.computed.get(endMs)?.get(`park/energy/${path}`),
    coverage: journal.computed.get(endMs)?.get(`park/energy/${path}.coverage`)?.value,
  });
  const countedKwh = (meter: string, register: keyof Registers): number =>
    ((after.park.meters[meter]?.[register] ?? 0) - (before.park.meters[meter]?.[register] ?? 0)) /
    1000;

  it.each([
    ['ahead and back by another amount', 'grid/gridImport', 'grid', 'importRegisterWh', 2],
    ['to 0', 'ev/gridImport', 'ev', 'importRegisterWh', 1],
    ['there and back', 'pv/gridExport', 'pv', 'exportRegisterWh', 2],
  ] as const)('a jump %s costs its seconds and adds nothing', (_, path, meter, register, lost) => {
    const trueKwh = countedKwh(meter, register);
    expect(trueKwh).toBeGreaterThan(0.5);
    const { value = Number.NaN, status, coverage } = kpiOf(path);
    expect(value).toBeLessThan(trueKwh);
    expect(value).toBeGreaterThan(trueKwh * (1 - (3 * lost) / seconds) - 0.002);
    expect(status).toBe(statusCodes.uncertain);
    expect(coverage).toBeCloseTo(1 - lost / seconds, 6);
  });

  it('counts over the end of a register, and is good', () => {
    const { value = Number.NaN, status, coverage } = kpiOf('load/gridImport');
    expect(value).toBeGreaterThan(6);
    expect(Math.abs(value - countedKwh('building', 'importRegisterWh'))).toBeLessThan(0.0005);
    expect({ status, coverage }).toEqual({ status: statusCodes.good, coverage: 1 });
  });

  it('tells of each, once', () => {
    const told = (subject: string): readonly (readonly [string, number])[] =>
      events
        .filter((event) => event.subject === `park/meters/${subject}`)
        .map(({ code, atSecond }) => [code, Math.round(atSecond)]);
    expect(told('grid/energyImport')).toEqual([
      ['counter-replaced', 61],
      ['counter-replaced', 181],
    ]);
    expect(told('pv/energyExport')).toEqual([
      ['counter-replaced', 61],
      ['counter-replaced', 181],
    ]);
    expect(told('load/energyImport').map(([code]) => code)).toEqual(['counter-rolled-over']);
    expect(told('ev/energyImport')).toEqual([['counter-reset', 61]]);
  });
});
