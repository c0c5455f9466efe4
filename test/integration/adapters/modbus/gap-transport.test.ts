import { afterEach, describe, expect, it } from 'vitest';
import { openTransport } from '../../../../adapters/modbus/connect.ts';
import { transportSchema } from '../../../../adapters/modbus/modbus-config.ts';
import type { Transport } from '../../../../adapters/modbus/transport.ts';
import { startLimitedDevice } from '../../../support/limited-device.ts';
import type { ScriptedDevice } from '../../../support/modbus-device.ts';

let device: ScriptedDevice | undefined;
let transport: Transport | undefined;

afterEach(async () => {
  transport?.close();
  await device?.close();
});

const open = async (gapMs: number): Promise<Transport> => {
  device = await startLimitedDevice({ units: [1], gapMs: 20, inFlight: 1 });
  const config = transportSchema.parse({
    type: 'tcp',
    host: '127.0.0.1',
    port: device.port,
    gapMs,
  });
  const { signal } = new AbortController();
  transport = await openTransport({ transport: config }, { signal, count: () => undefined });
  return transport;
};

/** How so many reads asked for at once end. */
const readAll = (from: Transport, count: number): Promise<readonly string[]> =>
  Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<string>((resolve) => {
          from.read(
            { unitId: 1, functionCode: 3, address: 0, quantity: 1, timeoutMs: 100 },
            { answered: () => resolve('answered'), failed: ({ code }) => resolve(code) },
          );
        }),
    ),
  );

describe('gapMs', () => {
  it('lets a device that needs a rest answer every read', async () => {
    const answers = await readAll(await open(25), 6);
    expect(answers).toEqual(new Array(6).fill('answered'));
  });

  it('is what it takes: without it such a device loses reads', async () => {
    const answers = await readAll(await open(0), 6);
    expect(answers).toContain('TIMEOUT');
  });

  it('fails what waits when the connection ends', async () => {
    const opened = await open(25);
    const answers = readAll(opened, 4);
    opened.close();
    expect(await answers).toEqual(new Array(4).fill('ABORTED'));
  });
});
