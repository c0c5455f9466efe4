// Goal: the machine's own results say of each seam what it was welded like. Method: one panel with a seam for each way to fail, read as
// variables of the real OPC UA server after its arcs have gone out.
import type { ClientSession, DataValue } from 'node-opcua-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lineOnly, openLine, startMs } from '../../support/line-opcua.ts';
import { RawOpcua, readValues } from '../../support/raw-opcua.ts';
import { type Simulator, startSimulator } from '../../support/simulator.ts';

const panelMm = 600;
/** 3 s to find the seams, 600 mm at 0.8 m/min, and a step. */
const weldEndMs = startMs + 3000 + 46_000;
const evaluations = { ok: 1, notOk: 2, notDecidable: 3 } as const;

type Shown = { readonly evaluation: number; readonly values: Readonly<Record<string, number>> };

describe('results of the machine', () => {
  let opcua: RawOpcua;
  let simulator: Simulator;
  let session: ClientSession;
  let own: number;

  const read = async (name: string): Promise<DataValue> => {
    const [value] = await readValues(session, own, [`MPM01.Results.${name}`]);
    if (value === undefined) throw new Error('no answer');
    return value;
  };
  const resultOf = async (name: string): Promise<Shown> => {
    const { resultMetaData, resultContent } = (await read(name)).value.value;
    const pairs = resultContent.map(
      ({ value }: { value: { key: { name: string }; value: { value: number } } }) => [
        value.key.name,
        value.value.value,
      ],
    );
    return { evaluation: resultMetaData.resultEvaluation, values: Object.fromEntries(pairs) };
  };
  const override = async (inputs: object): Promise<void> => {
    expect((await simulator.send('POST', '/state', inputs)).status).toBe(200);
  };

  beforeAll(async () => {
    opcua = await RawOpcua.create();
    simulator = await startSimulator([...lineOnly, '--panel-length-mm', String(panelMm)]);
    ({ session, own } = await openLine(opcua, simulator));
    const weld = { device: 'line.weld' };
    const faults = [
      { ...weld, kind: 'arc-out', torches: ['F05'] },
      { ...weld, kind: 'gas-loss', torches: ['F07'], rampSeconds: 0, toLPerMin: 0 },
      { ...weld, kind: 'gas-loss', torches: ['F08'], rampSeconds: 0, fromMm: 300, forMm: 100 },
      { ...weld, kind: 'lost-tracking', torches: ['F10'], fromMm: 200, forMm: 40 },
    ];
    expect((await simulator.send('POST', '/faults', faults)).status).toBe(201);
    await override({
      'line.torch.B05.isEnabled': false,
      'line.torch.F02.wireFeedSetpointMPerMin': 5.8,
      'line.torch.F09.offsetYBiasMm': 0.5,
    });
    await simulator.advance(weldEndMs);
  });
  afterAll(async () => {
    await simulator.stop();
    await opcua.close();
  });

  it('judge a seam that has all it needs as OK, with the limits that it is judged by', async () => {
    const { evaluation, values } = await resultOf('F01');
    expect(evaluation).toBe(evaluations.ok);
    expect(values).toMatchObject({
      'openLengthMm.HighLimit': 60,
      'gasFlowLPerMin.LowLimit': 15,
      'gasFlowLPerMin.TargetValue': 18,
      'gasFlowLPerMin.ViolationType': 0,
      gasFlowLPerMinOutMm: 0,
      'rmsMm.HighLimit': 0.3,
      'p95Mm.HighLimit': 0.6,
      'maxMm.HighLimit': 1,
    });
    // 228.4 A and 12 % either way; 0.3552 kJ/mm and 25 %.
    expect(values['currentA.LowLimit']).toBeCloseTo(201, 0);
    expect(values['currentA.HighLimit']).toBeCloseTo(255.8, 0);
    expect(values['heatInputKjPerMm.LowLimit']).toBeCloseTo(0.266, 3);
    expect(values['heatInputKjPerMm.HighLimit']).toBeCloseTo(0.444, 3);
  });

  it('judge a seam whose torch was enabled and had no arc as NotOK', async () => {
    const { evaluation, values } = await resultOf('F05');
    expect(evaluation).toBe(evaluations.notOk);
    expect(values).toMatchObject({ arcStarts: 0, 'openLengthMm.ViolationType': 2 });
    expect(values['openLengthMm']).toBeGreaterThanOrEqual(panelMm);
  });

  it('have none of a seam whose torch was disabled', async () => {
    expect((await read('B05')).statusCode.name).toBe('BadNoData');
  });

  it.each([
    ['without gas all along', 'F07', 'gasFlowLPerMin', 1],
    ['without gas for 100 mm', 'F08', 'gasFlowLPerMinOutMm', 2],
    ['with too little wire', 'F02', 'wireFeedMPerMin', 1],
    ['beside the seam', 'F09', 'rmsMm', 2],
  ])('judge a seam welded %s as NotOK, and say by which limit', async (_, seam, value, way) => {
    const { evaluation, values } = await resultOf(seam);
    expect(evaluation).toBe(evaluations.notOk);
    expect(values[`${value}.ViolationType`]).toBe(way);
  });

  it('leave a seam undecided that the vision has not seen for long', async () => {
    const { evaluation, values } = await resultOf('F10');
    expect(values['seamLostSeconds']).toBeGreaterThan(1);
    expect(evaluation).toBe(evaluations.notDecidable);
  });

  it('judge the panel by its seams', async () => {
    const { evaluation, values } = await resultOf('Panel');
    expect(evaluation).toBe(evaluations.notOk);
    expect(values['maxAbsZMm.HighLimit']).toBe(6);
  });

  it('leave a panel undecided that lacks a seam alone, and forget what was of the panel before', async () => {
    expect((await simulator.send('DELETE', '/faults')).status).toBe(200);
    await override({
      'line.torch.F02.wireFeedSetpointMPerMin': 7,
      'line.torch.F09.offsetYBiasMm': 0,
      'line.torch.F07.isEnabled': false,
    });
    await simulator.advance(weldEndMs + 30_000 + 90_000 + 150_000 + 50_000);
    expect((await resultOf('Panel')).evaluation).toBe(evaluations.notDecidable);
    expect((await resultOf('F05')).evaluation).toBe(evaluations.ok);
    expect((await read('F07')).statusCode.name).toBe('BadNoData');
  });
});
