import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectorOf, TransactionIds } from '../../../../adapters/ocpp/transaction-id.ts';
import { runsOf, testSeed } from '../../../support/seed.ts';

const startMs = Date.UTC(2023, 5, 21, 2);

describe('the number of a transaction', () => {
  it('is the same for the same start, also after a restart, and tells its connector', () => {
    const id = new TransactionIds().issue('a', startMs, 3);
    expect(new TransactionIds().issue('a', startMs, 3)).toBe(id);
    expect(connectorOf(id, startMs)).toBe(3);
    expect(connectorOf(id, startMs + 30 * 86_400_000)).toBe(3);
  });

  it('of another system, of long ago or of the future is not believed', () => {
    const id = new TransactionIds().issue('a', startMs, 3);
    for (const other of [0, 1, 4711, -5, 2 ** 31 - 1, 1.5]) {
      expect(connectorOf(other, startMs)).toBeUndefined();
    }
    expect(connectorOf(id, startMs + 100 * 86_400_000)).toBeUndefined();
    expect(connectorOf(id, startMs - 2 * 86_400_000)).toBeUndefined();
  });

  it('is never given twice, keeps within 31 bits and its connector', () => {
    const starts = fc.array(fc.record({ second: fc.nat(120), connector: fc.nat(15) }), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(starts, (told) => {
        const ids = new TransactionIds();
        const given = told.map(({ second, connector }, index) =>
          ids.issue(String(index), startMs + second * 1000, connector),
        );
        expect(new Set(given).size).toBe(given.length);
        for (const [index, id] of given.entries()) {
          expect(id).toBeLessThan(2 ** 31);
          expect(connectorOf(id, startMs)).toBe(told[index]?.connector);
        }
      }),
      { seed: testSeed(), numRuns: runsOf(300) },
    );
  });
});
