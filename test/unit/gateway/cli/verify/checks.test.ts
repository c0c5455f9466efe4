import { describe, expect, it } from 'vitest';
import { checkDelivery, type Delivered } from '../../../../../gateway/cli/verify/delivery-check.ts';
import { checkEvent } from '../../../../../gateway/cli/verify/event-check.ts';
import type { JournalledEvent } from '../../../../../gateway/cli/verify/journal-contents.ts';
import { junitXml } from '../../../../../gateway/cli/verify/junit.ts';
import type { ValueExpectation } from '../../../../../gateway/cli/verify/scenario-schema.ts';
import type { Shown, SiteSnapshot } from '../../../../../gateway/cli/verify/snapshot.ts';
import { checkValues } from '../../../../../gateway/cli/verify/value-check.ts';

const shown = (value: number, more: Partial<Shown> = {}): Shown => ({
  timeMs: 1,
  value,
  quality: 'good',
  ...more,
});

const snapshot: SiteSnapshot = {
  truth: { nowMs: 1, line: { seams: { F01: { heat: 0.35 }, F02: { heat: 0.4 } } } },
  points: new Map([['a/b/load/power', shown(3)]]),
  kpis: new Map([
    ['a/b/f01/heat', shown(350, { coverage: 1 })],
    ['a/b/f02/heat', shown(404, { coverage: 0.5 })],
  ]),
};

const at = { offsetMs: 1000, snapshot, firstTruth: { line: { seams: { F01: { heat: 0.05 } } } } };

const check = (
  wanted: Partial<ValueExpectation> & { path: string },
  kind: 'kpi' | 'point' = 'kpi',
) => checkValues(kind, { scale: 1, growth: false, ...wanted }, at);

describe('values held against the truth', () => {
  const heat = { path: 'a/b/*/heat', truth: 'line.seams.*.heat', scale: 1000 };

  it('holds for each point its own truth, whatever the case of its name', () => {
    expect(check({ ...heat, tolerance: '1%' })).toMatchObject({ holds: true });
    const broken = check({ ...heat, tolerance: '0.9%' });
    expect(broken).toMatchObject({ holds: false });
    expect(broken.found.en).toBe('a/b/f02/heat: 404, truth 400');
    expect(check({ ...heat, tolerance: 4 }).holds).toBe(true);
    expect(check({ ...heat, tolerance: 3.9 }).holds).toBe(false);
  });

  it('can be held against what was added to the truth since the beginning', () => {
    const wanted = { path: 'a/b/f01/heat', truth: 'line.seams.F01.heat', scale: 1000 };
    expect(check({ ...wanted, tolerance: 1 }).holds).toBe(true);
    const broken = check({ ...wanted, tolerance: 1, growth: true });
    expect(broken.found.en).toBe('a/b/f01/heat: 350, truth 300');
  });

  it('bounds coverage, value and quality', () => {
    const path = 'a/b/*/heat';
    expect(check({ path, coverage: { from: 0.5, to: 1 } }).holds).toBe(true);
    expect(check({ path, coverage: { from: 0.6 } }).holds).toBe(false);
    expect(check({ path, coverage: { to: 0.9 } }).holds).toBe(false);
    expect(check({ path: 'a/b/load/power', value: { to: 3 } }, 'point').holds).toBe(true);
    expect(check({ path: 'a/b/load/power', value: { from: 3.1 } }, 'point').holds).toBe(false);
    expect(check({ path: 'a/b/load/power', quality: 'bad' }, 'point').holds).toBe(false);
  });

  it('does not hold for points, truths and gateways that are not there', () => {
    expect(check({ path: 'a/b/f03/heat', quality: 'good' }).holds).toBe(false);
    expect(check({ ...heat, truth: 'line.seams.*.cold', tolerance: 1 }).holds).toBe(false);
    const away = { offsetMs: 0, snapshot: undefined, firstTruth: {} };
    expect(checkValues('kpi', { ...heat, growth: false, tolerance: 1000 }, away).holds).toBe(false);
  });
});

describe('events', () => {
  const lost: JournalledEvent = {
    seq: 1,
    timeMs: 5000,
    event: { code: 'source-lost', severity: 'warning', subject: 'plc', text: { en: '', zh: '' } },
  };
  const found = (wanted: object, events = [lost]) =>
    checkEvent({ code: 'source-lost', from: 0, never: false, ...wanted }, events, (ms) => ms).holds;

  it('must come in their time, from whom they are expected', () => {
    expect(found({ from: 4000, within: 1000 })).toBe(true);
    expect(found({ from: 4000, within: 999 })).toBe(false);
    expect(found({ from: 5001 })).toBe(false);
    expect(found({ subject: 'meters' })).toBe(false);
    expect(found({}, [{ ...lost, timeMs: -100 }])).toBe(true);
  });

  it('must not come where they may never come', () => {
    expect(found({ never: true })).toBe(false);
    expect(found({ never: true, from: 5001 })).toBe(true);
    expect(found({ never: true }, [])).toBe(true);
  });
});

describe('delivery', () => {
  const balance = {
    ...{ journalled: 3, delivered: 2, waiting: 1, quarantined: 0, dropped: 0, lost: 0 },
  };
  const heardOnce = { timeMs: 10, sum: 1.5, copies: 1 };
  const delivered: Delivered = {
    throughSeq: 2,
    journal: {
      entries: new Map([
        [1, { timeMs: 10, sum: 1.5 }],
        [2, { timeMs: 20, sum: 0.5 }],
      ]),
      events: [],
      rows: new Map([['meter a/b/load', new Set([10.25])]]),
    },
    accounts: [{ id: 'broker', state: 'up', position: 2, balance, receipts: [] }],
    heard: new Map([
      [1, heardOnce],
      [2, { timeMs: 20, sum: 0.5, copies: 2 }],
    ]),
    isHeardFromStart: true,
    influx: new Map([['meter a/b/load', new Set([10_250])]]),
  };
  const wanted = { lost: 0, quarantined: 0, duplicates: 1 };
  const brokenOf = (changes: Partial<Delivered>, more: object = {}): readonly string[] =>
    checkDelivery({ ...wanted, ...more }, { ...delivered, ...changes })
      .filter(({ holds }) => !holds)
      .map(({ expectation }) => expectation.en.split(' ')[0] ?? '');
  const account = (changes: object) => [
    { id: 'broker', state: 'up', position: 2, receipts: [], balance: { ...balance, ...changes } },
  ];

  it('holds when every sink has what the journal has', () => {
    expect(brokenOf({})).toEqual([]);
  });

  it('does not hold when something is missing, different or too often there', () => {
    expect(brokenOf({ heard: new Map([[1, heardOnce]]) })).toEqual(['MQTT']);
    const other = new Map(delivered.heard).set(1, { ...heardOnce, sum: 1.6 });
    expect(brokenOf({ heard: other })).toEqual(['MQTT']);
    expect(brokenOf({ heard: new Map() })).toEqual(['MQTT']);
    expect(brokenOf({ influx: new Map() })).toEqual(['InfluxDB']);
    expect(brokenOf({}, { duplicates: 0 })).toEqual(['at']);
    expect(brokenOf({}, { receipts: 1 })).toEqual(['at']);
  });

  it('does not hold when the balance does not close, or something was lost or refused', () => {
    expect(brokenOf({ accounts: account({ delivered: 1 }) })).toEqual(['balance']);
    expect(brokenOf({ accounts: account({ delivered: 1, lost: 1 }) })).toEqual(['balance']);
    expect(brokenOf({ accounts: account({ delivered: 1, quarantined: 1 }) })).toEqual(['balance']);
    const behind = account({}).map((one) => ({ ...one, position: 1 }));
    expect(brokenOf({ accounts: behind })).toEqual(['balance']);
  });
});

describe('JUnit XML', () => {
  it('has a case for each expectation, and nothing that would break it', () => {
    const text = (en: string) => ({ en, zh: en });
    const xml = junitXml(
      [
        {
          ...{ name: 'one', file: '/one.yaml', title: text('One'), seconds: 1.5 },
          outcomes: [
            { holds: true, expectation: text('a < b'), found: text('"1" & 2') },
            { holds: false, expectation: text('c'), found: text('\u0007<d>\nline') },
          ],
        },
        {
          ...{ name: 'two', file: '/two.yaml', title: text('Two'), seconds: 0.5, outcomes: [] },
          failure: text('no broker'),
        },
      ],
      'en',
    );
    expect(xml).toContain('<testsuites name="seamwatt verify" tests="3" failures="1" errors="1"');
    expect(xml).toContain('name="a &lt; b"><system-out>&quot;1&quot; &amp; 2</system-out>');
    expect(xml).toContain('<failure message="\ufffd&lt;d&gt;&#10;line"/>');
    expect(xml).toContain('<error message="no broker"/>');
  });
});
