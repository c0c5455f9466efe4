import { describe, expect, it } from 'vitest';
import { PanelIds } from '../../../../simulators/welding-line/panel-id.ts';

describe('panel ids', () => {
  it('count the panels of a UTC day', () => {
    const ids = new PanelIds();
    const noon = Date.parse('2023-06-21T12:00:00Z');
    expect(ids.next(noon)).toBe('MPM01-20230621-001');
    expect(ids.next(noon + 1_800_000)).toBe('MPM01-20230621-002');
    expect(ids.next(Date.parse('2023-06-22T00:00:00Z'))).toBe('MPM01-20230622-001');
  });

  it('know the calendar of every day from 1970 to 2100', () => {
    for (let day = 0; day < 47_482; day += 1) {
      const timeMs = day * 86_400_000 + 1;
      const date = new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', '');
      expect(new PanelIds().next(timeMs)).toBe(`MPM01-${date}-001`);
    }
  });
});
