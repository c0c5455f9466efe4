import { describe, expect, it } from 'vitest';
import { originRetentionClass, recordRetentionClass } from '../../../../gateway/core/entry.ts';
import {
  formatEquipmentPath,
  formatPointPath,
  groupKey,
  pathPartPattern,
  pointNamePattern,
} from '../../../../gateway/core/point.ts';
import { testGroup } from '../../../support/entry-batch.ts';

const path = {
  enterprise: 'acme',
  site: 'north',
  area: 'welding',
  line: 'mpm01',
  equipment: 'f01',
};

describe('paths', () => {
  it('have the five levels of ISA-95 and the point', () => {
    expect(formatEquipmentPath(path)).toBe('acme/north/welding/mpm01/f01');
    expect(formatPointPath(path, 'deformation.z.01')).toBe(
      'acme/north/welding/mpm01/f01/deformation.z.01',
    );
    expect(groupKey(testGroup({ channels: ['a'], name: 'signals' }))).toBe(
      'seamwatt/demo/welding/mpm01/f01#signals',
    );
  });

  it.each(['f01', 'F01_a-b', '7'])('allow %s as a part', (part) => {
    expect(part).toMatch(pathPartPattern);
  });

  it.each(['', 'a/b', 'a b', '-a', '_a', '焊', 'a+', 'a#', 'a.b'])(
    'refuse "%s" as a part',
    (part) => {
      expect(part).not.toMatch(pathPartPattern);
    },
  );

  it.each(['current', 'deformation.z.01', 'heatInput.coverage', 'a-b_c'])(
    'allow %s as a point',
    (name) => {
      expect(name).toMatch(pointNamePattern);
    },
  );

  it.each(['', '1a', '.a', 'a.', 'a..b', 'a/b', 'a b', 'a.*'])('refuse "%s" as a point', (name) => {
    expect(name).not.toMatch(pointNamePattern);
  });
});

describe('retention classes', () => {
  it('keep computed frames apart from what came from devices', () => {
    expect([0, 1, 2, 3].map(originRetentionClass)).toEqual(['raw', 'kpi', 'raw', 'raw']);
  });

  it('keep events apart from records', () => {
    const text = { en: '', zh: '' };
    expect(
      recordRetentionClass({
        type: 'event',
        timeMs: 0,
        event: { code: 'c', severity: 'info', subject: 's', text },
      }),
    ).toBe('event');
    expect(recordRetentionClass({ type: 'tick', timeMs: 0, watermarkMs: 0, dayStartMs: 0 })).toBe(
      'raw',
    );
    expect(recordRetentionClass({ type: 'boot', bootId: 'b', version: 'v', timeMs: 0 })).toBe(
      'record',
    );
  });
});
