import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EchoServer, startEchoServer } from '../../support/echo-server.ts';
import { freePort } from '../../support/free-port.ts';
import { RawTcp } from '../../support/raw-tcp.ts';
import { type Simulator, startSimulator } from '../../support/simulator.ts';

/**
 * Faults of a proxy in front of any TCP server, as bare sockets at both of its ends meet them. Time
 * of the simulators stands still, because that of proxies has to run all the same.
 */

let simulator: Simulator;
let server: EchoServer;
const clients: RawTcp[] = [];
const device = 'proxy.db';

beforeAll(async () => {
  server = await startEchoServer();
  const down = await freePort();
  simulator = await startSimulator([
    ...['--plants', 'none', '--lock-step', '--seed', '7'],
    ...['--proxy', `db@0=127.0.0.1:${server.port},none@0=127.0.0.1:${down}`],
    ...['--proxy', `frames@0=modbus://127.0.0.1:${server.port}`],
  ]);
});

afterAll(async () => {
  await simulator.stop();
  await server.close();
});

type Stats = Readonly<Record<string, number | boolean>>;
const stats = async (): Promise<Stats> => {
  const { body } = await simulator.send('GET', '/state');
  return (body as { servers: Record<string, Stats> }).servers[device] ?? {};
};
let before: Stats = {};
/** How much a counter has risen in this test. */
const risen = async (name: string): Promise<number> =>
  Number((await stats())[name]) - Number(before[name]);

beforeEach(async () => {
  before = await stats();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await simulator.send('DELETE', '/faults');
  await expect.poll(async () => (await stats())['links']).toBe(0);
});

const fault = async (kind: string, more: object = {}): Promise<void> => {
  const { status, body } = await simulator.send('POST', '/faults', { device, kind, ...more });
  expect(body).toMatchObject({ faults: [{ device, kind }] });
  expect(status).toBe(201);
};

const open = async (): Promise<RawTcp> => {
  const client = await RawTcp.open(simulator.address(device).port);
  clients.push(client);
  return client;
};

/** A client whose way to the server and back has been gone once. */
const openWarm = async (): Promise<RawTcp> => {
  const client = await open();
  client.write('warm');
  await client.has(4);
  return client;
};

const text = (client: RawTcp): string => client.received.toString();

describe('a proxy without faults', () => {
  it('hands on every byte both ways, and the end of each side to the other', async () => {
    const client = await open();
    const sent = Buffer.alloc(3_000_000, 'abcdefg');
    client.write(sent);
    expect((await client.has(sent.length)).equals(sent)).toBe(true);
    expect(await risen('bytesToServer')).toBe(sent.length);
    expect(await risen('bytesToClient')).toBe(sent.length);
    expect(await risen('bytesLost')).toBe(0);
    const closed = server.closed();
    client.socket.end();
    expect(await client.ended()).toBe('FIN');
    await expect.poll(() => server.closed()).toBe(closed + 1);
  });

  it('hands on the reset of either side', async () => {
    const first = await openWarm();
    server.sockets.at(-1)?.resetAndDestroy();
    expect(await first.ended()).toBe('ECONNRESET');
    const second = await openWarm();
    const closed = server.closed();
    second.socket.resetAndDestroy();
    await expect.poll(() => server.closed()).toBe(closed + 1);
  });

  it('delivers what came before the end of a server that is gone, and then ends', async () => {
    await fault('delay', { delayMs: 800, towards: 'client' });
    const client = await RawTcp.open(simulator.address(device).port, true);
    clients.push(client);
    client.write('last');
    await expect.poll(() => server.received().toString()).toContain('last');
    server.sockets.at(-1)?.destroySoon();
    await expect
      .poll(() => {
        client.write('anybody?');
        return risen('bytesLost');
      })
      .toBeGreaterThan(0);
    expect(client.received).toHaveLength(0);
    expect((await client.has(4)).toString()).toBe('last');
    expect(await client.ended()).toBe('FIN');
    await expect.poll(async () => (await stats())['links']).toBe(0);
  });

  it('hands on half a frame with the end behind it', async () => {
    const client = await RawTcp.open(simulator.address('proxy.frames').port);
    clients.push(client);
    client.socket.end(Buffer.from('000100000006', 'hex'));
    await expect.poll(() => server.received().toString('hex')).toMatch(/000100000006$/);
    await client.ended();
  });

  it('resets a client whose server is not there', async () => {
    const client = await RawTcp.open(simulator.address('proxy.none').port);
    clients.push(client);
    expect(await client.ended()).toBe('ECONNRESET');
  });

  it('holds little for a server that reads nothing, and stops reading from its client', async () => {
    const client = await openWarm();
    server.sockets.at(-1)?.pause();
    const sent = Buffer.alloc(24_000_000);
    client.write(sent);
    await expect.poll(() => risen('bytesToServer')).toBeGreaterThan(100_000);
    let last = -1;
    await expect
      .poll(async () => {
        const present = await risen('bytesToServer');
        const isStill = present === last;
        last = present;
        return isStill;
      })
      .toBe(true);
    expect(last).toBeLessThan(sent.length / 2);
    expect((await stats())['bytesWaiting']).toBeGreaterThan(0);
    // 128 kB and one more read, of 64 kB.
    expect((await stats())['bytesWaiting']).toBeLessThan(200_000);
    server.sockets.at(-1)?.resume();
    await client.has(4 + sent.length);
  });
});

describe('a proxy with a fault', () => {
  it('delay: the answer comes that much later, in order', async () => {
    const client = await openWarm();
    await fault('delay', { delayMs: 60, jitterMs: 60, towards: 'client' });
    const from = performance.now();
    for (let index = 0; index < 10; index += 1) client.write(`${index}`);
    await client.has(14);
    expect(performance.now() - from).toBeGreaterThan(55);
    expect(text(client)).toBe('warm0123456789');
  });

  it('rate-limit: so many bytes a second', async () => {
    const client = await openWarm();
    await fault('rate-limit', { bytesPerSecond: 100_000, towards: 'server' });
    const from = performance.now();
    client.write(Buffer.alloc(30_000));
    await client.has(30_004);
    const seconds = (performance.now() - from) / 1000;
    expect(seconds).toBeGreaterThan(0.24);
  });

  it('stall: bytes wait and come when it ends, after the time asked for', async () => {
    const client = await openWarm();
    await fault('stall', { towards: 'client', forMs: 300 });
    client.write('later');
    await expect.poll(() => server.received().toString()).toContain('later');
    expect(text(client)).toBe('warm');
    await client.has(9);
    expect(text(client)).toBe('warmlater');
    expect(await risen('bytesLost')).toBe(0);
  });

  it('close: present connections end with FIN, and new ones as soon as they are made', async () => {
    const client = await openWarm();
    await fault('close');
    expect(await client.ended()).toBe('FIN');
    expect(await (await open()).ended()).toBe('FIN');
    await simulator.send('DELETE', '/faults');
    await openWarm();
    expect(await risen('closed')).toBe(2);
  });

  it('reset: the connection ends with RST', async () => {
    const client = await openWarm();
    await fault('reset');
    expect(await client.ended()).toBe('ECONNRESET');
    expect(await risen('reset')).toBe(1);
  });

  it('reset afterBytes: the server has the request, and the client only so much of the answer', async () => {
    const client = await openWarm();
    await fault('close', { towards: 'client', afterBytes: 3 });
    client.write('request');
    expect(await client.ended()).toBe('FIN');
    expect(text(client)).toBe('warmreq');
    expect(server.received().toString()).toContain('request');
    expect(await risen('bytesLost')).toBe(4);
  });

  it('half-open: nobody answers and nobody ends, until the peer is back and knows of nothing', async () => {
    const client = await openWarm();
    const closed = server.closed();
    await fault('half-open');
    await expect.poll(() => server.closed()).toBe(closed + 1);
    client.write('anybody?');
    await expect.poll(() => risen('bytesLost')).toBe(8);
    expect([text(client), client.end]).toStrictEqual(['warm', undefined]);
    await simulator.send('DELETE', '/faults');
    expect(await client.ended()).toBe('ECONNRESET');
  });

  it('half-open with the client gone: the server keeps a connection to nobody', async () => {
    const client = await openWarm();
    const closed = server.closed();
    await fault('half-open', { gone: 'client' });
    await client.ended();
    expect(server.closed()).toBe(closed);
    await simulator.send('DELETE', '/faults');
    server.sockets.at(-1)?.write('anybody?');
    await expect.poll(() => server.closed()).toBe(closed + 1);
  });

  it('refuse: no new connection, the present one stays, and the port comes back', async () => {
    const client = await openWarm();
    await fault('refuse');
    await expect(open()).rejects.toThrow('ECONNREFUSED');
    client.write('still');
    await client.has(9);
    await simulator.send('DELETE', '/faults');
    await expect.poll(async () => (await stats())['isListening']).toBe(true);
    await openWarm();
  });

  it('corrupt: so many bits of the answer are turned over', async () => {
    const client = await openWarm();
    await fault('corrupt', { bits: 3 });
    const sent = Buffer.alloc(100);
    client.write(sent);
    const got = (await client.has(104)).subarray(4);
    let turned = 0;
    for (const byte of got) turned += byte.toString(2).replaceAll('0', '').length;
    expect(turned).toBe(3);
    expect(server.received().subarray(-100).equals(sent)).toBe(true);
  });

  it('truncate, duplicate and reorder: of what comes, half, twice, the second first', async () => {
    const client = await openWarm();
    await fault('truncate', { id: 'half' });
    client.write('12345678');
    expect((await client.has(8)).toString()).toBe('warm1234');
    await simulator.send('DELETE', '/faults/half');
    await fault('duplicate', { id: 'twice' });
    client.write('ab');
    expect((await client.has(12)).toString()).toBe('warm1234abab');
    await simulator.send('DELETE', '/faults/twice');
    await fault('reorder', { holdMs: 2000 });
    client.write('one');
    await expect.poll(() => server.received().toString()).toContain('abone');
    client.write('two');
    expect((await client.has(18)).toString()).toBe('warm1234ababtwoone');
  });

  it('reorder: what waits for a second and gets none goes alone', async () => {
    const client = await openWarm();
    await fault('reorder', { holdMs: 50 });
    client.write('one');
    expect((await client.has(7)).toString()).toBe('warmone');
    expect(await risen('reordered')).toBe(0);
  });

  it('ends with its clients, also in the middle of a delay, a stall and a half-open line', async () => {
    await fault('delay', { delayMs: 60_000 });
    for (let index = 0; index < 20; index += 1) (await open()).write('late');
    await expect.poll(async () => (await stats())['bytesWaiting']).toBe(80);
    for (const client of clients) client.socket.resetAndDestroy();
    await expect.poll(async () => (await stats())['links']).toBe(0);
    expect(await risen('bytesLost')).toBe(80);
    await simulator.send('DELETE', '/faults');
    await fault('stall');
    for (let index = 0; index < 20; index += 1) (await open()).write('held');
    for (const client of clients) client.socket.resetAndDestroy();
    await expect.poll(async () => (await stats())['links']).toBe(0);
    await simulator.send('DELETE', '/faults');
    await openWarm();
    await fault('half-open');
    for (const client of clients) client.close();
    await expect.poll(async () => (await stats())['links']).toBe(0);
  });
});

describe('a program with proxies', () => {
  it('ends with 0 within a second, whatever its connections wait for', async () => {
    const own = await startSimulator([
      ...['--plants', 'none', '--proxy', `db@0=127.0.0.1:${server.port}`],
    ]);
    await own.send('POST', '/faults', { device, kind: 'stall' });
    const client = await RawTcp.open(own.address(device).port);
    client.write('held');
    const from = performance.now();
    expect(await own.stop()).toBe(0);
    expect(performance.now() - from).toBeLessThan(1000);
    expect(await client.ended()).toBe('ECONNRESET');
  });

  it('says which port of a proxy is taken', async () => {
    await expect(
      startSimulator(['--plants', 'none', '--proxy', `db@${server.port}=127.0.0.1:1`]),
    ).rejects.toThrow(/ended \(1\): simulators: proxy\.db: .*EADDRINUSE/);
  });
});

describe('the draws of a seed', () => {
  const run = async (seed: string): Promise<string> => {
    const own = await startSimulator([
      ...['--plants', 'none', '--seed', seed, '--proxy', `db@0=127.0.0.1:${server.port}`],
    ]);
    await own.send('POST', '/faults', { device, kind: 'corrupt', bits: 8, probability: 0.5 });
    const client = await RawTcp.open(own.address(device).port);
    for (let index = 0; index < 16; index += 1) {
      client.write(Buffer.alloc(8));
      await client.has(8 * (index + 1));
    }
    client.close();
    await own.stop();
    return client.received.toString('hex');
  };

  it('are the same for the same seed, and others for another', async () => {
    const [first, again, other] = [await run('1'), await run('1'), await run('2')];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(first).toMatch(/0{16}/);
    expect(first).not.toMatch(/^0+$/);
  });
});
