// Goal: the seam vision of the machine shows its state as the model has it, and tells errors and results as events.
import {
  AttributeIds,
  type ClientSession,
  constructEventFilter,
  NodeId,
  TimestampsToReturn,
  type Variant,
} from 'node-opcua-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lineOnly, openLine, startMs } from '../../support/line-opcua.ts';
import { subscribe } from '../../support/opcua-watch.ts';
import { namespaceIndexOf, RawOpcua } from '../../support/raw-opcua.ts';
import { type Simulator, startSimulator } from '../../support/simulator.ts';

const visionUri = 'http://opcfoundation.org/UA/MachineVision';
const patience = { timeout: 15_000 };

describe('the seam vision of the machine', () => {
  let opcua: RawOpcua;
  let simulator: Simulator;
  let session: ClientSession;
  let own: number;
  let vision: number;
  const events: { readonly type: string; readonly message: string; readonly partId: unknown }[] =
    [];

  beforeAll(async () => {
    opcua = await RawOpcua.create();
    simulator = await startSimulator([...lineOnly, '--panel-length-mm', '200']);
    ({ session, own } = await openLine(opcua, simulator));
    vision = await namespaceIndexOf(session, visionUri);
    const subscription = await subscribe(session);
    const item = await subscription.monitor(
      { nodeId: `ns=${own};s=MPM01.SeamVision`, attributeId: AttributeIds.EventNotifier },
      {
        ...{ samplingInterval: 0, queueSize: 100, discardOldest: true },
        filter: constructEventFilter(['EventType', 'Message', `${vision}:PartId`]),
      },
      TimestampsToReturn.Both,
    );
    item.on('changed', (values: unknown) => {
      const [type, message, partId] = values as readonly Variant[];
      events.push({
        type: String(type?.value?.value),
        message: message?.value?.text,
        partId: partId?.value?.id,
      });
    });
  });
  afterAll(async () => {
    await simulator.stop();
    await opcua.close();
  });

  const state = async (): Promise<string> => {
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
    return (await session.read({ nodeId, attributeId: AttributeIds.Value })).value.value.text;
  };
  const operate = async (asked: string): Promise<void> => {
    const body = { 'line.operation': asked };
    expect((await simulator.send('POST', '/state', body)).status).toBe(200);
  };

  it('is operational while it looks, and in error while its PC has failed, be it of one face', async () => {
    await simulator.advance(startMs + 5000);
    expect(await state()).toBe('Operational');
    const failure = { device: 'line.weld', kind: 'common-cause', cause: 'vision-pc' };
    const place = { face: 'front', fromMm: 40, forMm: 60, spreadMs: 0 };
    expect((await simulator.send('POST', '/faults', { ...failure, ...place })).status).toBe(201);
    await simulator.advance(startMs + 8000);
    expect(await state()).toBe('Error');
    await simulator.advance(startMs + 13_000);
    expect(await state()).toBe('Operational');
    await expect
      .poll(() => events.map(({ type }) => type), patience)
      .toEqual(['SeamVisionErrorEventType', 'SeamVisionErrorResolvedEventType']);
  });

  it('tells a result of each panel, which can be read afterwards', async () => {
    const nodeId = `ns=${own};s=MPM01.SeamVision.Results.Panel`;
    const read = () => session.read({ nodeId, attributeId: AttributeIds.Value });
    expect((await read()).statusCode.name).toBe('BadNoData');
    await simulator.advance(startMs + 19_000);
    expect(await state()).toBe('Preoperational');
    await expect
      .poll(() => events.at(-1), patience)
      .toEqual({
        type: 'SeamVisionResultReadyEventType',
        message: 'seam vision: result of MPM01-20230621-001',
        partId: 'MPM01-20230621-001',
      });
    const { value } = await read();
    const { resultId, jobId, isSimulated, resultContent } = value.value;
    expect([resultId.id, jobId.id, isSimulated]).toEqual([
      ...['MPM01-20230621-001/SeamVision', 'JO-20230621-001', true],
    ]);
    const lost = new Map<string, number>(
      resultContent.map(({ value: pair }: { value: { key: { name: string }; value: Variant } }) => [
        ...[pair.key.name, pair.value.value],
      ]),
    );
    expect(lost.size).toBe(20 * 4);
    // 60 mm at 0.8 m/min are 4.5 s.
    expect(lost.get('F01.seamLostSeconds')).toBeGreaterThan(4);
    expect(lost.get('B01.seamLostSeconds')).toBeLessThan(1);
  });

  it('is halted while the line is out of service', async () => {
    await operate('out-of-service');
    await simulator.advance(startMs + 20_000);
    expect(await state()).toBe('Halted');
    await operate('automatic');
    await simulator.advance(startMs + 21_000);
    expect(await state()).toBe('Preoperational');
  });
});
