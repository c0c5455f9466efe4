import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LockStepGate } from '../../../../../gateway/cli/verify/lock-step-gate.ts';
import { SimulatorControl } from '../../../../../gateway/cli/verify/simulator-control.ts';

const startMs = 1_000_000;

/** A control interface that only keeps time. */
const startControl = async (): Promise<{ server: Server; url: string; nowMs(): number }> => {
  let nowMs = startMs;
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      if (request.method === 'POST') nowMs = (JSON.parse(text) as { toMs: number }).toMs;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ nowMs, lockStep: true }));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}`, nowMs: () => nowMs };
};

describe('a gate between a gateway in lock-step and its simulators', () => {
  let control: Awaited<ReturnType<typeof startControl>>;
  let gate: LockStepGate;
  let answered: number[];

  beforeEach(async () => {
    control = await startControl();
    gate = await LockStepGate.open(new SimulatorControl(control.url));
    answered = [];
  });

  afterEach(async () => {
    await gate.close();
    control.server.closeAllConnections();
    control.server.close();
  });

  const ask = async (offsetMs: number, signal?: AbortSignal): Promise<void> => {
    const response = await fetch(`${gate.url}/advance`, {
      method: 'POST',
      body: JSON.stringify({ toMs: startMs + offsetMs }),
      ...(signal === undefined ? {} : { signal }),
    });
    await response.text();
    answered.push(offsetMs);
  };

  it('holds time at an instant until everything before it has happened', async () => {
    const first = ask(100);
    await gate.begin();
    expect(control.nowMs()).toBe(startMs);
    const reached = gate.reach(150, true);
    await first;
    const second = ask(200);
    await reached;
    expect(control.nowMs()).toBe(startMs + 100);
    const next = gate.reach(200, true);
    await second;
    const third = ask(300);
    await next;
    expect(answered).toEqual([100, 200]);
    gate.runOn();
    await third;
    expect(control.nowMs()).toBe(startMs + 300);
  });

  it('moves time itself while the gateway is away, and forgets what a gateway that died had asked for', async () => {
    const gateway = new AbortController();
    const asked = ask(100, gateway.signal).catch(() => 'gone');
    await gate.begin();
    gateway.abort();
    expect(await asked).toBe('gone');
    await gate.reach(5000, false);
    expect(control.nowMs()).toBe(startMs + 5000);
    const again = ask(5100);
    await gate.reach(5050, true);
    expect(control.nowMs()).toBe(startMs + 5000);
    gate.runOn();
    await again;
    expect(gate.offsetOf(startMs + 5100)).toBe(5100);
  });
});
