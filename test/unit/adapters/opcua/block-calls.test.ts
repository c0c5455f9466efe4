import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockCalls } from '../../../../adapters/opcua/block-calls.ts';
import { GatewayError } from '../../../../gateway/core/error.ts';
import { testSeed } from '../../../support/seed.ts';

const fault = (name: string, value: number): Error =>
  new GatewayError('PROTOCOL', name, {
    retryable: true,
    cause: Object.assign(new Error(name), {
      response: { responseHeader: { serviceResult: { name, value } } },
    }),
  });
const internalError = 0x8002_0000;

type Refusing = { readonly poison: readonly number[]; readonly most?: number };

/** A server that refuses requests as a whole. */
const server = ({ poison, most = Number.POSITIVE_INFINITY }: Refusing) => {
  const requests: (readonly number[])[] = [];
  const served: number[] = [];
  const refused: (readonly [number, number])[] = [];
  return {
    requests,
    served,
    refused,
    call: async (block: readonly number[]) => {
      requests.push(block);
      if (block.length > most) throw fault('BadTooManyOperations', 0x8010_0000);
      if (block.some((item) => poison.includes(item)))
        throw fault('BadInternalError', internalError);
      served.push(...block);
    },
    refusedItem: (item: number, status: number) => refused.push([item, status]),
  };
};

const items = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

const runOn = async (
  peer: ReturnType<typeof server>,
  calls: BlockCalls,
  count: number,
): Promise<void> =>
  calls.run(items(count), {
    call: peer.call,
    refused: (item, status) => peer.refusedItem(item, status),
  });

describe('BlockCalls', () => {
  it('serves all but those that spoil a request, each once, in at most twice as many requests', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 60 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 59 })),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 70 }),
        async (count, poison, size, most) => {
          const peer = server({ poison, most });
          await runOn(peer, new BlockCalls(size, () => undefined), count);
          const spoiling = items(count).filter((item) => poison.includes(item));
          expect(peer.served).toEqual(items(count).filter((item) => !poison.includes(item)));
          expect(peer.refused).toEqual(spoiling.map((item) => [item, internalError]));
          expect(peer.requests.length).toBeLessThanOrEqual(2 * count);
        },
      ),
      { seed: testSeed() },
    );
  });

  it('finds one among hundreds by few requests', async () => {
    const peer = server({ poison: [321] });
    let splits = 0;
    await runOn(peer, new BlockCalls(512, () => (splits += 1)), 512);
    expect(peer.requests.length).toBeLessThanOrEqual(2 * 9 + 1);
    expect(splits).toBe(9);
  });

  it('asks for no more at once than the server has taken, from then on', async () => {
    const peer = server({ poison: [], most: 10 });
    const calls = new BlockCalls(64, () => undefined);
    await runOn(peer, calls, 64);
    const count = peer.requests.length;
    await runOn(peer, calls, 64);
    expect(peer.requests.slice(count).map(({ length }) => length)).toEqual(new Array(8).fill(8));
  });

  it.each(['BadSessionIdInvalid', 'BadSubscriptionIdInvalid', 'BadSecureChannelClosed'])(
    'gives up at %s, which is not about the items',
    async (name) => {
      const error = fault(name, 0x8025_0000);
      const calls = new BlockCalls(4, () => undefined);
      let requests = 0;
      const work = {
        call: async () => {
          requests += 1;
          throw error;
        },
        refused: () => undefined,
      };
      await expect(calls.run(items(8), work)).rejects.toBe(error);
      expect(requests).toBe(1);
    },
  );

  it('gives up when there is no answer', async () => {
    const error = new GatewayError('TIMEOUT', 'no answer', { retryable: true });
    const work = { call: () => Promise.reject(error), refused: () => undefined };
    await expect(new BlockCalls(4, () => undefined).run(items(8), work)).rejects.toBe(error);
  });
});
