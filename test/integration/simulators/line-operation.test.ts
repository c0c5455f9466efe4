// Goal: setup, maintenance and breakdown are asked for at the control port and seen alike by both faces of the line, on their wires.
import type { ClientSession } from 'node-opcua-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lineOnly, openLine, startMs } from '../../support/line-opcua.ts';
import { RawModbus } from '../../support/raw-modbus.ts';
import { RawOpcua, readValues } from '../../support/raw-opcua.ts';
import { type Simulator, startSimulator } from '../../support/simulator.ts';

const nodes = [
  'MPM01.State',
  'MPM01.Mode',
  'MPM01.MachineryItemState-CurrentState',
  'MPM01.MachineryOperationMode-CurrentState',
];

describe('the operation of the line', () => {
  let opcua: RawOpcua;
  let simulator: Simulator;
  let session: ClientSession;
  let own: number;
  let plc: RawModbus;
  let nowMs = startMs;

  beforeAll(async () => {
    opcua = await RawOpcua.create();
    simulator = await startSimulator([...lineOnly, '--panel-length-mm', '200']);
    ({ session, own } = await openLine(opcua, simulator));
    plc = await RawModbus.open(simulator.address('line.plc'));
  });
  afterAll(async () => {
    plc.close();
    await simulator.stop();
    await opcua.close();
  });

  const ask = async (operation: string): Promise<number> =>
    (await simulator.send('POST', '/state', { 'line.operation': operation })).status;
  const shownAfter = async (seconds: number): Promise<unknown[]> => {
    nowMs += 1000 * seconds;
    await simulator.advance(nowMs);
    const values = await readValues(session, own, nodes);
    const [state, mode, itemState, operationMode] = values.map(({ value }) => value.value);
    const block = await plc.readHolding(1, 7, 2);
    const registers = [block.readUInt16BE(0), block.readUInt16BE(2)];
    expect(registers).toStrictEqual([state, mode]);
    return [state, itemState.text, operationMode.text];
  };

  it('is processing while it welds', async () => {
    expect(await shownAfter(10)).toStrictEqual([4, 'Executing', 'Processing']);
  });

  it('is out of service at once, and goes on', async () => {
    expect(await ask('out-of-service')).toBe(200);
    expect(await shownAfter(1)).toStrictEqual([10, 'OutOfService', 'Processing']);
    expect(await ask('automatic')).toBe(200);
    expect(await shownAfter(3)).toStrictEqual([4, 'Executing', 'Processing']);
  });

  it.each([
    ['setup', 150, [9, 'Executing', 'Setup']],
    ['maintenance', 5, [8, 'NotExecuting', 'Maintenance']],
    ['idle', 5, [8, 'NotExecuting', 'None']],
    ['automatic', 5, [1, 'NotExecuting', 'Processing']],
  ] as const)('is there for %s between panels', async (operation, seconds, shown) => {
    expect(await ask(operation)).toBe(200);
    expect(await shownAfter(seconds)).toStrictEqual(shown);
  });

  it('knows no other operation and no plan out of range', async () => {
    expect(await ask('lunch')).toBe(400);
    for (const [path, status] of [
      ['line.plan.setupEveryPanels', 200],
      ['line.plan.lunchEveryPanels', 400],
    ] as const) {
      expect((await simulator.send('POST', '/state', { [path]: 2 })).status).toBe(status);
    }
    const tooLong = { 'line.plan.setupSeconds': 30_000 };
    expect((await simulator.send('POST', '/state', tooLong)).status).toBe(400);
  });
});
