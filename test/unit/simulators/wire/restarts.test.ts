import { describe, expect, it } from 'vitest';
import { Restarts } from '../../../../simulators/wire/restarts.ts';

const create = () => {
  const log: string[] = [];
  const restarts = new Restarts<{ readonly id: string; readonly downMs: number }>({
    down: ({ id }) => {
      log.push(`${id} down`);
    },
    up: ({ id }) => {
      log.push(`${id} up`);
    },
  });
  return { log, restarts };
};
const one = { id: 'one', downMs: 0 };
const two = { id: 'two', downMs: 0 };
const three = { id: 'three', downMs: 0 };

describe('restarts', () => {
  it('are done once however often the faults change, and one after another', async () => {
    const { log, restarts } = create();
    restarts.ask([one]);
    restarts.ask([one, two]);
    restarts.ask([one, two]);
    await expect.poll(() => log).toContain('two up');
    restarts.ask([one, two, three]);
    await expect.poll(() => log).toContain('three up');
    expect(log).toStrictEqual(['one', 'two', 'three'].flatMap((id) => [`${id} down`, `${id} up`]));
  });

  it('are done again when asked for again with the same id', async () => {
    const { log, restarts } = create();
    restarts.ask([one]);
    restarts.ask([]);
    restarts.ask([one]);
    await expect.poll(() => log).toStrictEqual(['one down', 'one up', 'one down', 'one up']);
  });

  it('end at once when the server closes while it is down', async () => {
    const { log, restarts } = create();
    restarts.ask([{ id: 'long', downMs: 600_000 }]);
    await expect.poll(() => log).toStrictEqual(['long down']);
    await restarts.close();
    expect(log).toStrictEqual(['long down']);
  });
});
