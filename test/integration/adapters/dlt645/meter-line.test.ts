// Goal: no answer is ever given to a question that it does not belong to, and the line goes on after whatever comes. Method:
// meters behind a real socket that answer late, twice, for others, in pieces and wrongly.
import { describe, expect, it, onTestFinished } from 'vitest';
import { openMeterLine } from '../../../../adapters/dlt645/connect.ts';
import { transportSchema } from '../../../../adapters/dlt645/dlt645-config.ts';
import { anyAddress } from '../../../../adapters/dlt645/frame.ts';
import type { MeterLine } from '../../../../adapters/dlt645/meter-line.ts';
import type { MeterQuestion } from '../../../../adapters/dlt645/read-error.ts';
import { GatewayError } from '../../../../gateway/core/error.ts';
import {
  answerOf,
  type MeterLineServer,
  type MeterRequest,
  meterFrame,
  refusalOf,
  startMeterLine,
} from '../../../support/dlt645-line.ts';

const address = '000000000007';
const drainMs = 60;
const timeoutMs = 80;

type Opened = {
  readonly line: MeterLine;
  readonly server: MeterLineServer;
  readonly counts: Readonly<Record<string, number>>;
  ask(identifier: string, options?: Partial<MeterQuestion>): Promise<string | GatewayError>;
};

const open = async (script: (request: MeterRequest) => void): Promise<Opened> => {
  const server = await startMeterLine(script);
  const counts: Record<string, number> = {};
  const line = await openMeterLine(
    transportSchema.parse({ type: 'tcp', host: '127.0.0.1', port: server.port, drainMs, gapMs: 0 }),
    {
      signal: new AbortController().signal,
      count: (name, delta) => {
        counts[name] = (counts[name] ?? 0) + delta;
      },
    },
  );
  onTestFinished(async () => {
    line.close();
    await line.closed;
    await server.close();
  });
  const ask: Opened['ask'] = async (identifier, options = {}) => {
    let answer: string | GatewayError = '';
    await line.turn(async (put) => {
      answer = await put({ address, identifier, timeoutMs, ...options }).then(
        (data) => data.toString('hex'),
        (error: GatewayError) => error,
      );
    });
    return answer;
  };
  return { line, server, counts, ask };
};

const voltageA = '02010100';
const voltageB = '02010200';

describe('a line of meters', () => {
  it('gives each question its own answer, one at a time', async () => {
    const { ask, server } = await open((request) => {
      request.socket.write(answerOf(request, request.identifier === voltageA ? '0022' : '0023'));
    });
    expect(await Promise.all([voltageA, voltageB, voltageA].map((one) => ask(one)))).toEqual([
      '0022',
      '0023',
      '0022',
    ]);
    expect(server.requests.map(({ control }) => control)).toEqual([0x11, 0x11, 0x11]);
  });

  it('never gives a late answer to the question that is asked by then', async () => {
    let late: Buffer | undefined;
    const { ask, counts } = await open((request) => {
      if (request.index === 0) {
        late = answerOf(request, '9999');
        return;
      }
      request.socket.write(late ?? '');
      setTimeout(() => request.socket.write(answerOf(request, '0023')), 20);
    });
    expect(await ask(voltageA)).toMatchObject({ code: 'TIMEOUT', retryable: true });
    expect(await ask(voltageB)).toBe('0023');
    expect(counts).toMatchObject({ timeouts: 1, foreign_answers: 1 });
  });

  it('waits after a time-out until the line has been silent', async () => {
    const { ask, server, counts } = await open((request) => {
      if (request.index > 0) request.socket.write(answerOf(request, '0023'));
      else {
        setTimeout(() => request.socket.write(answerOf(request, '9999')), timeoutMs + 30);
      }
    });
    const beginMs = performance.now();
    await ask(voltageA);
    expect(await ask(voltageA)).toBe('0023');
    // The late answer came 30 ms into the silence, which then begins anew.
    const secondMs = (server.requests[1]?.atMs ?? 0) - beginMs;
    expect(secondMs).toBeGreaterThanOrEqual(timeoutMs + 30 + drainMs - 5);
    expect(counts).toMatchObject({ timeouts: 1, late_answers: 1 });
  });

  it('does not believe a refusal that may belong to the question before', async () => {
    const { ask } = await open((request) => {
      if (request.index === 0) return;
      // A refusal says only from which meter it comes.
      request.socket.write(request.index === 1 ? refusalOf(request) : answerOf(request, '0023'));
    });
    expect(await ask(voltageA)).toMatchObject({ code: 'TIMEOUT' });
    expect(await ask(voltageB)).toMatchObject({ code: 'PROTOCOL', retryable: true });
    expect(await ask(voltageB)).toBe('0023');
  });

  it('tells what a meter refuses and why, and a second copy of it harms nobody', async () => {
    const { ask, counts } = await open((request) => {
      const { index, socket } = request;
      if (index === 0) {
        socket.write(refusalOf(request));
        setTimeout(() => socket.write(refusalOf(request)), 20);
      } else socket.write(answerOf(request, '0023'));
    });
    const refusal = await ask(voltageA);
    expect(refusal).toMatchObject({ code: 'DEVICE_EXCEPTION', retryable: false });
    expect((refusal as GatewayError).words).toEqual({
      en: `meter ${address}, identifier ${voltageA}: refused with error word 02H (no such data)`,
      zh: `电表 ${address}，数据标识 ${voltageA}：被拒绝，错误信息字 02H（无请求数据）`,
    });
    expect(await ask(voltageB)).toBe('0023');
    expect(counts).toMatchObject({ refusals: 1, late_answers: 1 });
  });

  it.each<[string, (request: MeterRequest) => readonly Uint8Array[]]>([
    ['noise', () => [Uint8Array.of(0x00, 0x68, 0x16, 0xff, 0x68, 0x68)]],
    [
      'the answer of another meter',
      (request) => [answerOf({ ...request, address: '000000000008' }, '9999')],
    ],
    [
      'the answer to another identifier',
      (request) => [answerOf({ ...request, identifier: voltageB }, '9999')],
    ],
    ['half of the same answer', (request) => [answerOf(request, '9999').subarray(0, 11)]],
    [
      'an echo of the request',
      (request) => [
        meterFrame({
          address,
          control: 0x11,
          data: Buffer.from(request.identifier, 'hex').reverse(),
        }),
      ],
    ],
  ])('finds the answer behind %s', async (_, before) => {
    const { ask } = await open((request) => {
      for (const bytes of before(request)) request.socket.write(bytes);
      request.socket.write(answerOf(request, '0022'));
    });
    expect(await ask(voltageA)).toBe('0022');
  });

  it('takes a duplicate for nothing', async () => {
    const { ask, counts } = await open((request) => {
      const answer = answerOf(request, request.index === 0 ? '0022' : '0023');
      request.socket.write(Buffer.concat([answer, answer]));
    });
    expect(await ask(voltageA)).toBe('0022');
    expect(await ask(voltageB)).toBe('0023');
    expect(counts['late_answers']).toBeGreaterThanOrEqual(1);
  });

  it('says that a wrong checksum is no answer, and goes on', async () => {
    const { ask, counts } = await open((request) => {
      const answer = answerOf(request, '0022');
      if (request.index === 0) answer[answer.length - 2] = (answer.at(-2) ?? 0) ^ 1;
      request.socket.write(answer);
    });
    const garbled = await ask(voltageA);
    expect(garbled).toMatchObject({ code: 'PROTOCOL', retryable: true });
    expect((garbled as GatewayError).message).toContain('no frame with a right checksum');
    expect(await ask(voltageA)).toBe('0022');
    expect(counts).toMatchObject({ garbled_answers: 1, requests: 2 });
  });

  it('takes an answer that has come in time, though the process was held up beyond the deadline', async () => {
    const { ask, server } = await open((request) => {
      request.socket.write(answerOf(request, '0022'), () => {
        const untilMs = performance.now() + 2 * timeoutMs;
        while (performance.now() < untilMs);
      });
    });
    expect(await ask(voltageA)).toBe('0022');
    expect(server.requests.length).toBe(1);
  });

  it('asks for the frames that follow, in their order', async () => {
    const { ask, server } = await open((request) => {
      const { sequence, socket } = request;
      if (sequence === undefined) socket.write(answerOf(request, '1111', 0xb1));
      else {
        // The frame before it once more: it bears another number.
        if (sequence === 2) socket.write(answerOf({ ...request, sequence: 1 }, '2222', 0xb2));
        socket.write(
          answerOf(request, sequence === 1 ? '2222' : '3333', sequence === 1 ? 0xb2 : 0x92),
        );
      }
    });
    expect(await ask('0001FF00')).toBe('111122223333');
    expect(server.requests.map(({ control, sequence }) => [control, sequence])).toEqual([
      [0x11, undefined],
      [0x12, 1],
      [0x12, 2],
    ]);
  });

  it('leaves a meter that has no end', async () => {
    const { ask } = await open((request) => {
      const isFirst = request.sequence === undefined;
      request.socket.write(answerOf(request, '1111', isFirst ? 0xb1 : 0xb2));
    });
    expect(await ask('0001FF00')).toMatchObject({ code: 'PROTOCOL' });
  });

  it('learns the address of the only meter', async () => {
    const { line, server } = await open(({ socket }) => {
      const data = Buffer.from('665544332211', 'hex');
      socket.write(meterFrame({ address: '112233445566', control: 0x93, data }));
    });
    let found = '';
    await line.turn(async (ask) => {
      found = (await ask({ address: anyAddress, timeoutMs })).toString('hex');
    });
    expect(found).toBe('112233445566');
    expect(server.requests[0]).toMatchObject({ address: anyAddress, control: 0x13 });
  });

  it('refuses what still waits when it is closed', async () => {
    const { line, ask } = await open(() => undefined);
    const waiting = [ask(voltageA, { timeoutMs: 10_000 }), ask(voltageB)];
    line.close();
    for (const answer of await Promise.all(waiting)) {
      expect(answer).toBeInstanceOf(GatewayError);
      expect(answer).toMatchObject({ code: 'ABORTED' });
    }
    await expect(line.turn(async () => undefined)).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
