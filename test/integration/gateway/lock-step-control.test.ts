import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { lockStepWith } from '../../../gateway/runtime/lock-step-control.ts';

const { signal } = new AbortController();

/** A control interface that answers as it is told, with its connections. */
const control = async (answer: RequestListener) => {
  const sockets: Socket[] = [];
  const server = createServer(answer);
  server.on('connection', (socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
};

const lockStep = JSON.stringify({ nowMs: 1000, lockStep: true });

it('begins where the simulators stand and moves them over one connection', async () => {
  const asked: string[] = [];
  const { url, sockets } = await control((request, response) => {
    void text(request).then((body) => {
      asked.push(`${request.method} ${request.url} ${body}`);
      response.end(lockStep);
    });
  });
  const { startMs, advance } = await lockStepWith(url, signal);
  expect(startMs).toBe(1000);
  for (const toMs of [1100, 1200]) await advance(toMs);
  expect(asked).toEqual([
    'GET /state ',
    'POST /advance {"toMs":1100}',
    'POST /advance {"toMs":1200}',
  ]);
  expect(sockets).toHaveLength(1);
});

it('asks once more where an idle connection was cut just as it was used again', async () => {
  let isFirst = true;
  const { url, sockets } = await control((request, response) => {
    if (request.url === '/advance' && isFirst) {
      isFirst = false;
      request.socket.resetAndDestroy();
    } else response.end(lockStep);
  });
  const { advance } = await lockStepWith(url, signal);
  await advance(1100);
  expect(sockets).toHaveLength(2);
});

it('says what was answered when an advance is refused, and what simulators lack that run by themselves', async () => {
  const refusing = await control((request, response) => {
    response.statusCode = request.url === '/advance' ? 409 : 200;
    response.end(response.statusCode === 200 ? lockStep : '{"error":"no way back"}');
  });
  const { advance } = await lockStepWith(refusing.url, signal);
  await expect(advance(900)).rejects.toMatchObject({ code: 'PROTOCOL', retryable: false });
  await expect(advance(900)).rejects.toThrow(/\/advance answered 409 \{"error":"no way back"\}/);
  const running = await control((_request, response) => {
    response.end('{"nowMs":1000,"lockStep":false}');
  });
  await expect(lockStepWith(running.url, signal)).rejects.toThrow(/--lock-step/);
});

it('says that nobody answers where nobody does, or not in JSON', async () => {
  const { url } = await control((_request, response) => {
    response.end('<html>');
  });
  for (const nowhere of [url, 'http://127.0.0.1:1']) {
    await expect(lockStepWith(nowhere, signal)).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
    });
  }
});
