// Goal: alarms of the machine can be shelved, suppressed and taken out of service, and stand among its building blocks.
import {
  AttributeIds,
  type ClientSession,
  DataType,
  NodeId,
  type StatusCode,
  type Variant,
} from 'node-opcua-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lineOnly, openLine, startMs } from '../../support/line-opcua.ts';
import { namespaceIndexOf, RawOpcua } from '../../support/raw-opcua.ts';
import { type Simulator, startSimulator } from '../../support/simulator.ts';

describe('alarms of the machine', () => {
  let opcua: RawOpcua;
  let simulator: Simulator;
  let session: ClientSession;
  let own: number;
  let machinery: number;
  let di: number;

  beforeAll(async () => {
    opcua = await RawOpcua.create();
    simulator = await startSimulator([...lineOnly, '--panel-length-mm', '200']);
    ({ session, own } = await openLine(opcua, simulator));
    machinery = await namespaceIndexOf(session, 'http://opcfoundation.org/UA/Machinery/');
    di = await namespaceIndexOf(session, 'http://opcfoundation.org/UA/DI/');
    await simulator.advance(startMs + 5000);
  });
  afterAll(async () => {
    await simulator.stop();
    await opcua.close();
  });

  /** The node at the end of a path of names, each with its namespace. */
  const nodeAt = async (from: string, ...path: (readonly [number, string])[]): Promise<NodeId> => {
    const { targets } = await session.translateBrowsePath({
      startingNode: NodeId.resolveNodeId(`ns=${own};s=${from}`),
      relativePath: {
        elements: path.map(([namespaceIndex, name]) => ({
          includeSubtypes: true,
          targetName: { name, namespaceIndex },
        })),
      },
    });
    const [target] = targets ?? [];
    if (target === undefined) throw new Error(`no ${path.join('/')} below ${from}`);
    return target.targetId;
  };
  const valueAt = async (
    from: string,
    ...path: (readonly [number, string])[]
  ): Promise<unknown> => {
    const nodeId = await nodeAt(from, ...path);
    const { value } = await session.read({ nodeId, attributeId: AttributeIds.Value });
    return value.value;
  };
  const call = async (
    objectId: NodeId,
    method: NodeId,
    ...inputArguments: Partial<Variant>[]
  ): Promise<StatusCode> =>
    (await session.call({ objectId, methodId: method, inputArguments })).statusCode;
  const alarm = 'MPM01.Alarms.F02';
  const isSuppressedOrShelved = (): Promise<unknown> => valueAt(alarm, [0, 'SuppressedOrShelved']);
  const shelvingText = async (): Promise<string> =>
    ((await valueAt(alarm, [0, 'ShelvingState'], [0, 'CurrentState'])) as { text: string }).text;

  it('are shelved for a time, at most eight hours, and unshelved', async () => {
    const shelving = await nodeAt(alarm, [0, 'ShelvingState']);
    const [timed, unshelve] = await Promise.all(
      ['TimedShelve', 'Unshelve'].map((name) => nodeAt(alarm, [0, 'ShelvingState'], [0, name])),
    );
    if (timed === undefined || unshelve === undefined) throw new Error('no methods');
    const hours = (value: number): Partial<Variant> => ({
      dataType: DataType.Double,
      value: value * 3_600_000,
    });
    expect((await call(shelving, unshelve)).name).toBe('BadConditionNotShelved');
    expect((await call(shelving, timed, hours(9))).name).toBe('BadShelvingTimeOutOfRange');
    expect((await call(shelving, timed, hours(0.5))).name).toBe('Good');
    expect([await shelvingText(), await isSuppressedOrShelved()]).toEqual(['TimedShelved', true]);
    expect((await call(shelving, unshelve)).name).toBe('Good');
    expect([await shelvingText(), await isSuppressedOrShelved()]).toEqual(['Unshelved', false]);
  });

  it('shelved for one shot come back when they have gone', async () => {
    const shelving = await nodeAt(alarm, [0, 'ShelvingState']);
    const oneShot = await nodeAt(alarm, [0, 'ShelvingState'], [0, 'OneShotShelve']);
    const fault = { device: 'line.weld', kind: 'arc-out', torches: ['F02'], forMm: 100 };
    expect((await simulator.send('POST', '/faults', fault)).status).toBe(201);
    await simulator.advance(startMs + 6000);
    expect(await valueAt(alarm, [0, 'ActiveState'], [0, 'Id'])).toBe(true);
    expect((await call(shelving, oneShot)).name).toBe('Good');
    await simulator.advance(startMs + 12_000);
    expect(await valueAt(alarm, [0, 'ActiveState'], [0, 'Id'])).toBe(false);
    expect(await shelvingText()).toBe('Unshelved');
  });

  it('are taken out of service and put back, each once', async () => {
    const [remove, place] = await Promise.all(
      ['RemoveFromService', 'PlaceInService'].map((name) => nodeAt(alarm, [0, name])),
    );
    if (remove === undefined || place === undefined) throw new Error('no methods');
    const condition = NodeId.resolveNodeId(`ns=${own};s=${alarm}`);
    const isOut = (): Promise<unknown> => valueAt(alarm, [0, 'OutOfServiceState'], [0, 'Id']);
    expect(await isOut()).toBe(false);
    expect((await call(condition, remove)).name).toBe('Good');
    expect([await isOut(), await isSuppressedOrShelved()]).toEqual([true, true]);
    expect((await call(condition, remove)).name).toBe('BadInvalidState');
    expect((await call(condition, place)).name).toBe('Good');
    expect([await isOut(), await isSuppressedOrShelved()]).toEqual([false, false]);
  });

  it('are suppressed by a client and back, each once', async () => {
    const [suppress, unsuppress] = await Promise.all(
      ['Suppress', 'Unsuppress'].map((name) => nodeAt(alarm, [0, name])),
    );
    if (suppress === undefined || unsuppress === undefined) throw new Error('no methods');
    const condition = NodeId.resolveNodeId(`ns=${own};s=${alarm}`);
    const isSuppressed = (): Promise<unknown> => valueAt(alarm, [0, 'SuppressedState'], [0, 'Id']);
    expect((await call(condition, suppress)).name).toBe('Good');
    expect([await isSuppressed(), await isSuppressedOrShelved()]).toEqual([true, true]);
    expect((await call(condition, suppress)).name).toBe('BadInvalidState');
    // It stays so while the machine goes on.
    await simulator.advance(startMs + 12_500);
    expect(await isSuppressed()).toBe(true);
    expect((await call(condition, unsuppress)).name).toBe('Good');
    expect([await isSuppressed(), await isSuppressedOrShelved()]).toEqual([false, false]);
    expect((await call(condition, unsuppress)).name).toBe('BadInvalidState');
  });

  it('of a torch that is disabled are suppressed', async () => {
    const set = (isEnabled: boolean) =>
      simulator.send('POST', '/state', { 'line.torch.F02.isEnabled': isEnabled });
    const isSuppressed = (): Promise<unknown> => valueAt(alarm, [0, 'SuppressedState'], [0, 'Id']);
    expect((await set(false)).status).toBe(200);
    await simulator.advance(startMs + 13_000);
    expect([await isSuppressed(), await isSuppressedOrShelved()]).toEqual([true, true]);
    expect(await valueAt('MPM01.Alarms.F03', [0, 'SuppressedState'], [0, 'Id'])).toBe(false);
    expect((await set(true)).status).toBe(200);
    await simulator.advance(startMs + 14_000);
    expect([await isSuppressed(), await isSuppressedOrShelved()]).toEqual([false, false]);
  });

  it('stand below Notifications', async () => {
    const nodeId = await nodeAt(
      ...([
        'MPM01.MachineryBuildingBlocks',
        [machinery, 'Notifications'],
        [own, 'Alarms'],
        [own, 'F02'],
      ] as const),
    );
    expect(nodeId.toString()).toBe(`ns=${own};s=${alarm}`);
  });

  it('has counters of its operation beside them', async () => {
    await simulator.advance(startMs + 200_000);
    const counter = (name: string): Promise<unknown> =>
      valueAt('MPM01.MachineryBuildingBlocks', [machinery, 'OperationCounters'], [di, name]);
    expect(await counter('PowerOnDuration')).toBe(200_100);
    const { line } = (await simulator.send('GET', '/state')).body as {
      line: { operation: { seconds: Record<string, number> } };
    };
    const executing = line.operation.seconds['Executing/Processing'] ?? 0;
    expect(executing).toBeGreaterThan(40);
    expect(await counter('OperationDuration')).toBe(1000 * executing);
    expect(await counter('OperationCycleCounter')).toBe(1);
  });
});
