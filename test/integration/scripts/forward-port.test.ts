import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../support/free-port.ts';
import { type Program, runProgram, startProgram } from '../cli/program.ts';

const program = join(import.meta.dirname, '../../../scripts/forward-port.mjs');

const listen = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
};

const startForwarder = async (
  target: number,
  checkMs: number,
): Promise<{ readonly forwarder: Program; readonly port: number }> => {
  const port = await freePort();
  const forwarder = startProgram([String(port), String(target), String(checkMs)], { program });
  await forwarder.saw(`forward-port: ${port} to 127.0.0.1:${target}`);
  return { forwarder, port };
};

type Target = { readonly server: Server; readonly asked: string[]; readonly port: number };

/** A server that keeps what it was asked. */
const startTarget = async (
  answer: (request: IncomingMessage, response: ServerResponse) => void = (request, response) =>
    response.end(`answer to ${request.url}\n`),
): Promise<Target> => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  return { server, asked, port: await listen(server) };
};

/** All that comes back for these bytes until the other side ends the connection. */
const send = (port: number, bytes: string): Promise<string> => {
  const client = connect(port, '127.0.0.1');
  client.setTimeout(5000, () => client.destroy(new Error('the connection stays open')));
  client.write(bytes);
  return text(client);
};

const request = (line: string, ...headers: readonly string[]): string =>
  `${[`${line} HTTP/1.1`, 'Host: 127.0.0.1', ...headers].join('\r\n')}\r\n\r\n`;

const statuses = (answers: string): readonly number[] =>
  [...answers.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));

it('carries a long answer and its headers, and ends when it is told to', async () => {
  const size = 4 << 20;
  const target = await startTarget((_request, response) => {
    response.setHeader('set-cookie', ['a=1', 'b=2']);
    response.end('x'.repeat(size));
  });
  const { port, forwarder } = await startForwarder(target.port, 5000);
  const answer = await fetch(`http://127.0.0.1:${port}/page?a=b`);
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect((await answer.text()).length).toBe(size);
  expect(target.asked).toEqual(['GET /page?a=b']);
  forwarder.child.kill('SIGTERM');
  expect(await forwarder.ended).toMatchObject({ code: 0, errors: '' });
});

it('carries the Host and the Origin as the client sent them, for the target to judge', async () => {
  const target = await startTarget(({ headers }, response) =>
    response.end(`${headers.host} ${headers.origin}`),
  );
  const { port } = await startForwarder(target.port, 5000);
  const bytes =
    'GET / HTTP/1.1\r\nHost: a.example:1\r\nOrigin: http://b.example\r\nConnection: close';
  expect(await send(port, `${bytes}\r\n\r\n`)).toContain('a.example:1 http://b.example');
});

it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT'])(
  'answers %s with 405 and ends the connection, without asking the target',
  async (method) => {
    const target = await startTarget();
    const { port } = await startForwarder(target.port, 5000);
    const answer = await send(port, request(`${method} /x`, 'Content-Length: 0'));
    expect(statuses(answer)).toEqual([405]);
    expect(answer).toMatch(/^allow: GET, HEAD\r$/im);
    expect(target.asked).toEqual([]);
  },
);

it.each([
  ['POST /api/v1/session', 200],
  ['PUT /api/v1/session/password', 200],
  ['PATCH /api/v1/users/anna', 200],
  ['DELETE /api/v1/tokens/a1', 200],
  ['POST /api/v1/reload', 405],
  ['POST /api/v1/users/../reload', 405],
  ['POST /api/v1/usersreload', 405],
  ['POST /x?/api/v1/session', 405],
])('lets people sign in and manage users, and change nothing else: %s', async (line, status) => {
  const target = await startTarget((asked, response) => asked.pipe(response));
  const { port } = await startForwarder(target.port, 5000);
  const answer = await send(port, `${request(line, 'Content-Length: 2', 'Connection: close')}{}`);
  expect(statuses(answer)).toEqual([status]);
  expect(target.asked).toEqual(status === 200 ? [line] : []);
  if (status === 200) expect(answer).toMatch(/\{\}/);
});

it('looks at each of several requests that come at once, and at none behind a refused one', async () => {
  const target = await startTarget();
  const { port } = await startForwarder(target.port, 5000);
  const answers = await send(
    port,
    request('GET /1') +
      request('HEAD /2') +
      request('GET /3') +
      request('POST /drop', 'Content-Length: 2') +
      `{}${request('POST /drop')}`,
  );
  expect(statuses(answers)).toEqual([200, 200, 200, 405]);
  expect(answers.indexOf('answer to /1')).toBeLessThan(answers.indexOf('answer to /3'));
  expect(target.asked.toSorted()).toEqual(['GET /1', 'GET /3', 'HEAD /2']);
});

it('looks at the second request of a connection as at the first', async () => {
  const target = await startTarget();
  const { port } = await startForwarder(target.port, 5000);
  const client = connect(port, '127.0.0.1');
  client.write(request('GET /1'));
  const [first] = await once(client, 'data', { signal: AbortSignal.timeout(5000) });
  expect(statuses(String(first))).toEqual([200]);
  client.write(request('POST /drop', 'Content-Length: 0'));
  expect(statuses(await text(client))).toEqual([405]);
  expect(target.asked).toEqual(['GET /1']);
});

it.each([
  ['a length', 'Content-Length: 45'],
  ['chunks', 'Transfer-Encoding: chunked'],
])('refuses a request to read with a body of %s, which may hide another one', async (_, header) => {
  const target = await startTarget();
  const { port } = await startForwarder(target.port, 5000);
  const hidden = request('POST /drop', 'Content-Length: 0');
  expect(statuses(await send(port, request('GET /1', header) + hidden))).toEqual([400]);
  expect(target.asked).toEqual([]);
});

it('refuses what is not HTTP', async () => {
  const target = await startTarget();
  const { port } = await startForwarder(target.port, 5000);
  expect(statuses(await send(port, 'POST\r\n\r\n'))).toEqual([400]);
  expect(target.asked).toEqual([]);
});

const upgrade = ['Connection: Upgrade', 'Upgrade: websocket'];

it('carries bytes both ways once the target has agreed to a WebSocket', async () => {
  const target = await startTarget();
  target.server.on('upgrade', (asked, socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n',
    );
    socket.write(`Sec-WebSocket-Accept: ${asked.headers['sec-websocket-key']}\r\n\r\nhello `);
    socket.on('data', (data) => socket.write(data.toString().toUpperCase()));
    socket.on('end', () => socket.end());
  });
  const { port } = await startForwarder(target.port, 5000);
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  client.write(`${request('GET /live', ...upgrade, 'Sec-WebSocket-Key: key')}early `);
  let heard = '';
  client.on('data', (data) => {
    heard += String(data);
  });
  await expect.poll(() => heard).toContain('EARLY');
  client.write('late');
  await expect.poll(() => heard).toContain('LATE');
  expect(statuses(heard)).toEqual([101]);
  expect(heard).toMatch(/^sec-websocket-accept: key\r$/im);
  expect(heard).toContain('hello ');
  client.end();
  await once(client, 'close', { signal: AbortSignal.timeout(5000) });
});

it('lets nothing through behind an upgrade that the target does not agree to', async () => {
  const target = await startTarget();
  const { port } = await startForwarder(target.port, 5000);
  const hidden = request('POST /drop', 'Content-Length: 0');
  const answers = await send(port, request('GET /1', ...upgrade) + hidden);
  expect(statuses(answers)).toEqual([200]);
  expect(answers).toContain('answer to /1');
  expect(target.asked).toEqual(['GET /1']);
});

it.each([
  ['of another method', request('POST /live', ...upgrade)],
  ['to another protocol', request('GET /live', 'Connection: Upgrade', 'Upgrade: h2c')],
])('refuses an upgrade %s', async (_, bytes) => {
  const target = await startTarget();
  target.server.on('upgrade', (asked, socket) => {
    target.asked.push(`upgrade ${asked.url}`);
    socket.end();
  });
  const { port } = await startForwarder(target.port, 5000);
  expect(statuses(await send(port, bytes))).toEqual([405]);
  expect(target.asked).toEqual([]);
});

it('goes on when one connection breaks', async () => {
  const target = await startTarget((asked, response) => {
    if (asked.url === '/break') asked.socket.resetAndDestroy();
    else response.end('fine');
  });
  const { port } = await startForwarder(target.port, 5000);
  expect((await fetch(`http://127.0.0.1:${port}/break`)).status).toBe(502);
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('fine');
});

it('waits for a target that is not there yet, and ends when it stays away', async () => {
  const target = await freePort();
  const { forwarder } = await startForwarder(target, 20);
  expect(await forwarder.ended).toMatchObject({
    code: 1,
    errors: `forward-port: nothing answers at 127.0.0.1:${target}\n`,
  });
});

it('refuses arguments that are no ports', async () => {
  const { code, errors } = await runProgram(['8081'], { program });
  expect(code).toBe(2);
  expect(errors).toContain('usage:');
});
