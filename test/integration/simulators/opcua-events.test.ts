import {
  AttributeIds,
  type ClientSession,
  constructEventFilter,
  NodeId,
  type StatusCode,
  TimestampsToReturn,
  type Variant,
} from 'node-opcua-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lineOnly, openLine, startMs } from '../../support/line-opcua.ts';
import { subscribe } from '../../support/opcua-watch.ts';
import { namespaceIndexOf, RawOpcua, readValues } from '../../support/raw-opcua.ts';
import { type Simulator, startSimulator } from '../../support/simulator.ts';

/** Results, job orders and alarms of the machine as a client of the Server object meets them. */

const panelMm = 200;
/** 3 s to find the seams, and 200 mm at 0.8 m/min. */
const weldEndMs = startMs + 3000 + 15_500;
const serverObject = 'ns=0;i=2253';
const arrivalTimeoutMs = 15_000;

type Event = Readonly<Record<string, Variant>>;

let opcua: RawOpcua;
beforeAll(async () => {
  opcua = await RawOpcua.create();
});
afterAll(() => opcua.close());

describe('events of the machine', () => {
  let simulator: Simulator;
  let session: ClientSession;
  let own: number;
  let events: Event[];

  beforeAll(async () => {
    simulator = await startSimulator([...lineOnly, '--panel-length-mm', String(panelMm)]);
    ({ session, own } = await openLine(opcua, simulator));
    const result = await namespaceIndexOf(session, 'http://opcfoundation.org/UA/Machinery/Result/');
    const control = await namespaceIndexOf(
      session,
      'http://opcfoundation.org/UA/ISA95-JOBCONTROL_V2/',
    );
    const fields = [
      ...['EventId', 'EventType', 'SourceName', 'Time', 'Message', 'Severity'],
      ...['ConditionName', 'ActiveState', 'AckedState', `${result}:Result`, `${control}:JobOrder`],
    ];
    events = [];
    const subscription = await subscribe(session);
    const item = await subscription.monitor(
      { nodeId: serverObject, attributeId: AttributeIds.EventNotifier },
      {
        samplingInterval: 0,
        queueSize: 1000,
        discardOldest: true,
        filter: constructEventFilter(fields),
      },
      TimestampsToReturn.Both,
    );
    item.on('changed', (values: unknown) => {
      const row = values as readonly Variant[];
      events.push(Object.fromEntries(fields.map((name, index) => [name, row[index] as Variant])));
    });
  });
  afterAll(() => simulator.stop());
  beforeEach(() => {
    events.length = 0;
  });

  const typed = (name: string): Event[] =>
    events.filter(({ EventType }) => EventType?.value?.toString() === `ns=${own};s=${name}`);
  const until = (isReached: () => boolean): Promise<void> =>
    expect.poll(isReached, { timeout: arrivalTimeoutMs }).toBe(true);

  it('raises an alarm with its time, which can be acknowledged, and takes it back', async () => {
    const fault = { device: 'line.weld', kind: 'arc-out', torches: ['F02'], fromMm: 50, forMm: 50 };
    expect((await simulator.send('POST', '/faults', fault)).status).toBe(201);
    await simulator.advance(startMs + 8000);
    const ofTorch = (): Event[] =>
      events.filter(({ ConditionName }) => ConditionName?.value === 'F02');
    await until(() => ofTorch().length > 0);
    const [raised] = ofTorch();
    expect(raised?.['Message']?.value.text).toBe('F02: no arc');
    expect(raised?.['ActiveState']?.value.text).toBe('Active');
    // 50 mm are 3.75 s of travel after 3 s of finding.
    expect(Math.abs(raised?.['Time']?.value.getTime() - startMs - 6750)).toBeLessThan(300);
    const status: StatusCode = await session.acknowledgeCondition(
      NodeId.resolveNodeId(`ns=${own};s=MPM01.Alarms.F02`),
      raised?.['EventId']?.value,
      'seen',
    );
    expect(status.name).toBe('Good');
    await simulator.advance(startMs + 12_000);
    await until(() => ofTorch().some(({ ActiveState }) => ActiveState?.value.text === 'Inactive'));
    expect(ofTorch().at(-1)?.['AckedState']?.value.text).toBe('Acknowledged');
  });

  it('brings a result for each seam and the panel when the arcs go out', async () => {
    await simulator.advance(weldEndMs);
    await until(() => typed('WeldResultReadyEventType').length >= 21);
    // When the arcs go out, the next order is made.
    expect(
      typed('WeldJobOrderStatusEventType').map(({ Message }) => Message?.value.text),
    ).toStrictEqual(['JO-20230621-002 NotAllowedToStart']);
    const results = typed('WeldResultReadyEventType').map((event) => {
      const [name] = Object.keys(event).filter((key) => key.endsWith(':Result'));
      return event[name ?? '']?.value;
    });
    const meta = results.map(({ resultMetaData }) => resultMetaData);
    expect(meta.map(({ resultId }) => resultId).at(-1)).toBe('MPM01-20230621-001/Panel');
    // The panel as a whole is no step.
    expect(meta.filter(({ stepId }) => (stepId ?? '') === '')).toHaveLength(1);
    const { lastPanel } = (
      (await simulator.send('GET', '/state')).body as {
        line: { lastPanel: { seams: Record<string, { heatInputKjPerMm: number }> } };
      }
    ).line;
    for (const { resultMetaData, resultContent } of results) {
      const { stepId, partId, jobId, isSimulated, resultEvaluation } = resultMetaData;
      expect([partId, jobId, isSimulated]).toStrictEqual([
        ...['MPM01-20230621-001', 'JO-20230621-001', true],
      ]);
      // F02 has been out for 50 mm, less than what makes a seam open.
      expect(resultEvaluation, stepId).toBe(1);
      if ((stepId ?? '') === '') continue;
      const pairs = resultContent.map(
        ({ value }: { value: { key: { name: string }; value: Variant } }) => [
          value.key.name,
          value.value.value,
        ],
      );
      expect(Object.fromEntries(pairs)['heatInputKjPerMm']).toBe(
        lastPanel.seams[stepId]?.heatInputKjPerMm,
      );
    }
    const [variable] = await readValues(session, own, ['MPM01.Results.Panel']);
    expect(variable?.statusCode.name).toBe('Good');
    expect(variable?.sourceTimestamp?.getTime()).toBe(
      typed('WeldResultReadyEventType')[0]?.['Time']?.value.getTime(),
    );
  });

  it('tells the states of the job order, and lists it', async () => {
    await simulator.advance(weldEndMs + 280_000);
    await until(() => typed('WeldJobOrderStatusEventType').length >= 3);
    expect(
      typed('WeldJobOrderStatusEventType').map(({ Message }) => Message?.value.text),
    ).toStrictEqual([
      'JO-20230621-001 Ended',
      'JO-20230621-002 AllowedToStart',
      'JO-20230621-002 Running',
    ]);
    const jobs = await namespaceIndexOf(
      session,
      'http://opcfoundation.org/UA/ISA95-JOBCONTROL_V2/',
    );
    const control = await namespaceIndexOf(session, 'http://opcfoundation.org/UA/Machinery/Jobs/');
    const found = await session.translateBrowsePath({
      startingNode: NodeId.resolveNodeId(`ns=${own};s=MPM01.JobManagement`),
      relativePath: {
        elements: [
          {
            includeSubtypes: true,
            targetName: { name: 'JobOrderControl', namespaceIndex: control },
          },
          { includeSubtypes: true, targetName: { name: 'JobOrderList', namespaceIndex: jobs } },
        ],
      },
    });
    const nodeId = found.targets?.[0]?.targetId ?? NodeId.nullNodeId;
    const { value } = await session.read({ nodeId, attributeId: AttributeIds.Value });
    const [ended, running] = value.value;
    expect([ended.jobOrder.jobOrderID, ended.state[0].stateText.text]).toEqual([
      ...['JO-20230621-001', 'Ended'],
    ]);
    const { jobOrderID, workMasterID, materialRequirements } = running.jobOrder;
    expect([jobOrderID, workMasterID[0].ID, materialRequirements[0].materialSublotID]).toEqual([
      ...['JO-20230621-002', 'WPS-135', 'MPM01-20230621-002'],
    ]);
  });

  it('has its vision operational while it looks', async () => {
    const vision = await namespaceIndexOf(session, 'http://opcfoundation.org/UA/MachineVision');
    const { targets } = await session.translateBrowsePath({
      startingNode: NodeId.resolveNodeId(`ns=${own};s=MPM01.SeamVision`),
      relativePath: {
        elements: [
          {
            includeSubtypes: true,
            targetName: { name: 'VisionStateMachine', namespaceIndex: vision },
          },
          { includeSubtypes: true, targetName: { name: 'CurrentState', namespaceIndex: 0 } },
        ],
      },
    });
    const nodeId = targets?.[0]?.targetId ?? NodeId.nullNodeId;
    const state = async (): Promise<string> =>
      (await session.read({ nodeId, attributeId: AttributeIds.Value })).value.value.text;
    expect(await state()).toBe('Operational');
    const { body } = await simulator.send('GET', '/state');
    await simulator.advance((body as { nowMs: number }).nowMs + 40_000);
    expect(await state()).toBe('Preoperational');
  });

  it('gives a bad sensor as bad quality, and no number as no number', async () => {
    const { body } = await simulator.send('GET', '/state');
    const nowMs = (body as { nowMs: number }).nowMs;
    const faults = ['bad', 'nan'].map((shows, index) => ({
      ...{ device: 'line.weld', kind: 'sensor', shows, torches: ['F05'] },
      signal: index === 0 ? 'currentA' : 'voltageV',
    }));
    expect((await simulator.send('POST', '/faults', faults)).status).toBe(201);
    let toMs = nowMs;
    for (;;) {
      toMs += 10_000;
      await simulator.advance(toMs);
      const now = (await simulator.send('GET', '/state')).body as { line: { phase: string } };
      if (now.line.phase === 'weld') break;
    }
    const [current, voltage, other] = await readValues(session, own, [
      ...['MPM01.T.F05.Current', 'MPM01.T.F05.Voltage', 'MPM01.T.F06.Current'],
    ]);
    expect(current?.statusCode.name).toBe('BadNoData');
    expect(voltage?.value.value).toBeNaN();
    expect(other?.value.value).toBeGreaterThan(200);
  });
});
