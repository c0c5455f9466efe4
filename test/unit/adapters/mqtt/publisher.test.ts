import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { PublishPackets } from '../../../../adapters/mqtt/publish-packets.ts';
import { type PublishDone, Publisher } from '../../../../adapters/mqtt/publisher.ts';

/** A socket that keeps what is written and takes it when told to. */
const slowSocket = () => {
  const written: Buffer[] = [];
  const taking: (() => void)[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      // The buffer is used again as soon as it is taken.
      written.push(Buffer.from(chunk));
      taking.push(done);
    },
  });
  const take = async (): Promise<void> => {
    taking.shift()?.();
    await turn();
  };
  return { stream, written, take };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const publisherOn = (stream: Writable): Publisher =>
  new Publisher({ stream, isVersion5: true, reasonText: (code) => `reason ${code}` });

const message = (payload: string) => ({ topic: 'a/b', payload, retain: false });

const ignore: PublishDone = () => undefined;

/** MQTT 3.1.1 §3.3 and MQTT 5 §3.3: the packet of each case, byte by byte. */
test.each([
  {
    what: '3.1.1, QoS 0',
    isVersion5: false,
    id: undefined,
    retain: false,
    bytes: [0x30, 7, 0, 3, 97, 47, 98, 104, 105],
  },
  {
    what: '3.1.1, QoS 1, retained',
    isVersion5: false,
    id: 258,
    retain: true,
    bytes: [0x33, 9, 0, 3, 97, 47, 98, 1, 2, 104, 105],
  },
  {
    what: '5, QoS 1',
    isVersion5: true,
    id: 7,
    retain: false,
    bytes: [0x32, 10, 0, 3, 97, 47, 98, 0, 7, 0, 104, 105],
  },
])('a PUBLISH of $what is packed as the standard says', ({ isVersion5, id, retain, bytes }) => {
  for (const payload of ['hi', Buffer.from('hi')]) {
    const packets = new PublishPackets(isVersion5);
    packets.add({ topic: 'a/b', payload, retain }, id);
    expect([...packets.bytes]).toEqual(bytes);
  }
});

test('lengths above 127 bytes and above the first buffer are packed, and texts as UTF-8', () => {
  const packets = new PublishPackets(false);
  const payload = '焊'.repeat(20_000);
  packets.add({ topic: 't', payload, retain: false }, undefined);
  packets.add({ topic: 't', payload: 'x', retain: false }, undefined);
  const { bytes } = packets;
  // 60 003 = 0x63 + 0x54 * 128 + 3 * 16 384
  expect([...bytes.subarray(0, 7)]).toEqual([0x30, 0xe3, 0xd4, 0x03, 0, 1, 116]);
  expect(bytes.subarray(7, 60_007).toString()).toBe(payload);
  expect([...bytes.subarray(60_007)]).toEqual([0x30, 4, 0, 1, 116, 120]);
});

test('the messages of one turn of the event loop go out as one write, in order', async () => {
  const { stream, written } = slowSocket();
  const publisher = publisherOn(stream);
  publisher.publish(message('1'), 1, ignore);
  publisher.publish(message('2'), 1, ignore);
  expect(written).toEqual([]);
  await turn();
  expect(written).toHaveLength(1);
  expect(written[0]?.toString('latin1')).toMatch(/1.*2$/s);
});

test('what is published while a write is under way does not touch its bytes', async () => {
  const { stream, written, take } = slowSocket();
  const publisher = publisherOn(stream);
  for (const payload of ['one', 'two', 'three']) {
    publisher.publish(message(payload), 1, ignore);
    await turn();
  }
  for (let count = 0; count < 3; count += 1) await take();
  expect(written.map((bytes) => bytes.subarray(10).toString())).toEqual(['one', 'two', 'three']);
});

test('an acknowledgement settles its message once, and a strange one none', () => {
  const publisher = publisherOn(slowSocket().stream);
  const settled: string[] = [];
  publisher.publish(message('1'), 1, () => settled.push('first'));
  publisher.publish(message('2'), 1, () => settled.push('second'));
  for (const id of [2, 2, 99, 1]) publisher.acknowledged(id, 0);
  expect(settled).toEqual(['second', 'first']);
});

test.each([
  { code: 0, error: undefined },
  { code: 16, error: undefined },
  { code: 135, error: { code: 135, message: 'Publish error: reason 135' } },
])('reason code $code is told as it is meant', ({ code, error }) => {
  const publisher = publisherOn(slowSocket().stream);
  let heard: unknown = 'nothing';
  publisher.publish(message('1'), 1, (reason) => {
    heard = reason;
  });
  publisher.acknowledged(1, code);
  if (error === undefined) expect(heard).toBeUndefined();
  else expect(heard).toMatchObject(error);
});

test('QoS 0 is done when the socket has taken it, not before', async () => {
  const { stream, take } = slowSocket();
  const publisher = publisherOn(stream);
  let isDone = false;
  publisher.publish(message('1'), 0, () => {
    isDone = true;
  });
  await turn();
  expect(isDone).toBe(false);
  await take();
  expect(isDone).toBe(true);
});

test('a number that waits for its acknowledgement is not given again', () => {
  const publisher = publisherOn(slowSocket().stream);
  let first = 0;
  publisher.publish(message('kept'), 1, () => {
    first += 1;
  });
  for (let id = 2; id <= 65_535; id += 1) {
    publisher.publish(message(''), 1, ignore);
    publisher.acknowledged(id, 0);
  }
  let last = 0;
  publisher.publish(message('after all numbers'), 1, () => {
    last += 1;
  });
  publisher.acknowledged(2, 0);
  expect([first, last]).toEqual([0, 1]);
});
