import { describe, expect, it } from 'vitest';
import { Endings } from '../../../../gateway/runtime/endings.ts';
import { createTestLog } from '../../../support/test-log.ts';

const hang = (): Promise<void> => new Promise(() => undefined);

const setUp = (): {
  readonly endings: Endings;
  readonly log: ReturnType<typeof createTestLog>;
  readonly order: string[];
  add(name: string, end?: () => Promise<void>, isNeeded?: boolean): void;
} => {
  const log = createTestLog();
  const endings = new Endings(log);
  const order: string[] = [];
  return {
    endings,
    log,
    order,
    add: (name, end = async () => undefined, isNeeded = true) => {
      endings.push({
        undone: `${name} is not done`,
        withinMs: 20,
        isNeeded,
        end: () => {
          order.push(name);
          return end();
        },
      });
    },
  };
};

describe('Endings', () => {
  it('ends all in reverse order, whatever fails or hangs in between, and says what was not done', async () => {
    const { endings, log, order, add } = setUp();
    add('first');
    add('second', hang);
    add('third', async () => {
      throw new Error('the disk is full');
    });
    add('fourth');
    const undone = await endings.endAll(1000);
    expect(order).toEqual(['fourth', 'third', 'second', 'first']);
    expect(undone).toEqual([
      'third is not done: the disk is full',
      'second is not done: not done within 20 ms',
    ]);
    expect(log.lines.map(({ message }) => message)).toEqual(undone.map((text) => `stop: ${text}`));
  });

  it('only logs what nobody needs', async () => {
    const { endings, log, add } = setUp();
    add('first', hang, false);
    expect(await endings.endAll(1000)).toEqual([]);
    expect(log.lines).toHaveLength(1);
  });

  it('ends each thing once', async () => {
    const { endings, order, add } = setUp();
    add('first');
    await endings.endAll(1000);
    await endings.endAll(1000);
    expect(order).toEqual(['first']);
  });
});
