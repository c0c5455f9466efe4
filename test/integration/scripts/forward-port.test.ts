import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
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

it('carries all bytes both ways, also those that come after the other side has ended', async () => {
  const size = 4 << 20;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    void text(socket).then((asked) => socket.end(asked.repeat(size / asked.length)));
  });
  const { port, forwarder } = await startForwarder(await listen(server), 5000);
  const client = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  client.end('x'.repeat(1024));
  const answer = await text(client);
  expect(answer.length).toBe(size);
  forwarder.child.kill('SIGTERM');
  expect(await forwarder.ended).toMatchObject({ code: 0, errors: '' });
});

it('goes on when one connection breaks', async () => {
  const server = createServer((socket) => {
    socket.once('data', (data) => {
      if (String(data) === 'break') socket.resetAndDestroy();
      else socket.end('fine');
    });
  });
  const { port } = await startForwarder(await listen(server), 5000);
  const ask = (word: string): Promise<string> => {
    const client = connect(port, '127.0.0.1');
    client.write(word);
    return text(client).catch(() => 'broken');
  };
  expect(['', 'broken']).toContain(await ask('break'));
  expect(await ask('hello')).toBe('fine');
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
