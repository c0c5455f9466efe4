import { describe, expect, it } from 'vitest';
import { screen } from './screen-fixture.ts';

const frozen = { afterMs: 2000 };
const moving = { point: 'a', frozen };
const group = { periodMs: 1000, channels: [moving] };
const old = 'UncertainLastUsableValue';

describe('screening by another configuration', () => {
  it('goes on with what it knows of groups that are judged as before', () => {
    const before = screen([group]);
    before.push(0, [5]);
    before.push(1000, [5]);
    const after = screen([group, { ...group, equipment: 'f02' }], {}, before.screening);
    expect(after.push(2000, [5])).toEqual([old]);
    expect(after.marks(0)).toEqual({ frozen: 1 });
    const last = screen([group], {}, after.screening);
    expect(last.marks(0)).toEqual({ frozen: 1 });
    expect(last.tick(9000).map(([, timeMs]) => timeMs)).toEqual([8000]);
  });

  it('judges anew where a point or a rule is another', () => {
    const before = screen([group]);
    before.push(0, [5]);
    before.push(1000, [5]);
    before.push(2000, [5]);
    const other = { ...group, channels: [{ ...moving, maximum: 10 }] };
    const rules = { screening: { staleMs: 3000 } };
    for (const after of [
      screen([other], {}, before.screening),
      screen([group], rules, before.screening),
    ]) {
      expect(after.marks(0)).toEqual({});
      expect(after.push(3000, [5])).toEqual(['Good']);
    }
  });

  it('knows of a device that stands still when a group joins it', () => {
    const device = { device: 'unit 1', periodMs: 1000 };
    const beating = { ...device, channels: [{ point: 'beat', heartbeatMs: 3000 }] };
    const joining = { ...device, equipment: 'f02', channels: ['a'] };
    const before = screen([beating]);
    for (let timeMs = 0; timeMs <= 3000; timeMs += 1000) before.push(timeMs, [1]);
    const after = screen([beating, joining], {}, before.screening);
    expect(after.push(4000, [1])).toEqual([old]);
    expect(after.push(4000, [7], { group: 1 })).toEqual([old]);
  });
});
