import { afterEach, describe, expect, it } from 'vitest';
import { modbusAdapter } from '../../../../adapters/modbus/index.ts';
import { exceptionAnswer, frame } from '../../../support/modbus-device.ts';
import { type RegisterDevice, startRegisterDevice } from '../../../support/modbus-registers.ts';
import { probeLines, runProbe } from '../../../support/probe-lines.ts';

let device: RegisterDevice | undefined;

afterEach(async () => {
  await device?.close();
  device = undefined;
});

const start = async (): Promise<RegisterDevice> => {
  device = await startRegisterDevice();
  return device;
};

const probe = async (port: number, ...args: readonly string[]) => {
  const options = { target: `127.0.0.1:${port}`, arguments: ['--rate', '1000', ...args] };
  const report = await runProbe(modbusAdapter, 'modbus', options);
  const { data, document } = report;
  return { data, document, lines: probeLines(report), chinese: probeLines(report, 'zh') };
};

/** Every line of the report as it is for an address written in this way. */
const linesOf = async (target: string): Promise<readonly string[]> => {
  return probeLines(
    await runProbe(modbusAdapter, 'modbus', { target, arguments: ['--units', '1'] }),
  );
};

const text = (words: string, registers: number): readonly number[] => {
  const bytes = Buffer.alloc(registers * 2);
  bytes.write(words);
  return Array.from({ length: registers }, (_, index) => bytes.readUInt16BE(index * 2));
};

/** Marker, a common model, an inverter and the end model. */
const sunSpec = (base: number, unitId: number, into: RegisterDevice): void => {
  into.set(base, [0x5375, 0x6e53, 1, 66], unitId);
  into.set(base + 4, new Array<number>(66).fill(0), unitId);
  into.set(base + 4, text('Maker', 16), unitId);
  into.set(base + 20, text('Model X', 16), unitId);
  into.set(base + 52, text('SN-7', 16), unitId);
  into.set(base + 70, [103, 50, ...new Array<number>(50).fill(0)], unitId);
  into.set(base + 122, [0xffff, 0], unitId);
};

describe('modbus probe', () => {
  it('finds the units that answer, be it only with an exception', async () => {
    const { port, ...rest } = await start();
    rest.set(0, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 3);
    for (let unitId = 1; unitId <= 20; unitId += 1) {
      if (unitId === 3) continue;
      rest.misbehave(unitId, (request) => {
        if (unitId === 9) request.socket.write(exceptionAnswer(request, 2));
        if (unitId === 11) request.socket.write(exceptionAnswer(request, 11));
      });
    }
    const { lines, chinese, data } = await probe(port, '--units', '1-20', '--timeout-ms', '50');
    expect(chinese[0]).toContain('询问的 20 个单元号中有 2 个应答：3 9');
    expect(chinese).toContain('单元 3');
    expect(data).toMatchObject({ unitIds: [3, 9] });
    expect(lines[0]).toContain('2 of 20 unit ids answer: 3 9');
    expect(lines).toContain('unit 3');
    expect(lines).toContain('  holding 0-9: 0001 0002 0003 0004 0005 0006 0007 0008 0009 000A');
  });

  it('walks the SunSpec models from the marker on', async () => {
    const { port, ...rest } = await start();
    sunSpec(40_000, 1, { port, ...rest });
    const { lines } = await probe(port, '--units', '1');
    expect(lines.slice(-4, -1)).toEqual([
      '  SunSpec at 40000: Maker, Model X, serial number SN-7',
      '    model 1 (Common) at 40002, length 66',
      '    model 103 (Inverter, integers with scale factors) at 40070, length 50',
    ]);
  });

  it('says why a chain of models ends early', async () => {
    const { port, ...rest } = await start();
    rest.set(0, [0x5375, 0x6e53, 1, 0]);
    const { lines } = await probe(port, '--units', '1');
    expect(lines).toContain('    ended early: model 1 at 2 has length 0');
  });

  it('goes on when the device breaks the connection over a strange unit', async () => {
    const { port, ...rest } = await start();
    rest.set(0, [7], 1);
    rest.set(0, [8], 4);
    rest.misbehave(2, (request) => request.socket.destroy());
    rest.misbehave(3, (request) =>
      request.socket.write(frame({ ...request, unitId: 99, pdu: [3, 2, 0, 1] })),
    );
    const { data } = await probe(port, '--units', '1-4');
    expect(data).toMatchObject({ unitIds: [1, 4] });
  });

  it('notices a device that ignores the unit id', async () => {
    const { port, ...rest } = await start();
    for (let unitId = 1; unitId <= 5; unitId += 1) rest.set(0, [7], unitId);
    const { lines } = await probe(port, '--units', '1-5');
    expect(lines[1]).toContain('every unit id');
  });

  it('refuses what it cannot read, and says what it expects', async () => {
    for (const args of [
      ['--units', '5-2'],
      ['--units', 'all'],
      ['--timeout-ms', '0'],
      ['--nonsense'],
    ]) {
      await expect(probe(1, ...args)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('--units FIRST-LAST'),
      });
    }
  });

  it('fails in words when nobody listens', async () => {
    const { port, close } = await start();
    await close();
    device = undefined;
    await expect(probe(port)).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
  });
});

describe('the target of a probe', () => {
  it.each(['', 'tcp://', 'modbus://', 'modbus+tcp://'])('may begin with "%s"', async (scheme) => {
    const { port } = await start();
    const [first] = await linesOf(`${scheme}127.0.0.1:${port}`);
    expect(first).toContain(`127.0.0.1:${port}: 1 of 1 unit ids answer`);
  });
});
