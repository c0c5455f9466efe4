// Goal: of the samples of a seam those go into its bins that were measured there and then. Method: a seam of 1 mm every 100 ms, with
// one thing at a time as it should not be.
import { describe, expect, test } from 'vitest';
import type { RegisteredGroup } from '../../../../../gateway/core/point.ts';
import { isBad, statusCodes } from '../../../../../gateway/core/quality.ts';
import { type TestSample, testGroup } from '../../../../support/entry-batch.ts';
import { compileTestSite, feed, tickAt } from '../../../../support/program-feed.ts';
import { wholeLineGroup, wholeSeam } from './whole-line.ts';

type Values = Readonly<Record<string, TestSample>>;
type Row = Readonly<Record<string, number | undefined>>;

const bad = (value = 0): TestSample => ({ value, status: statusCodes.badSensorFailure });
const uncertain = (value: number): TestSample => ({ value, status: statusCodes.uncertain });

/** Welds from `fromMm` to `toMm`; `change` says what is otherwise at a place, and leaves out what is undefined. */
const makeSeam = (groups = [wholeSeam('f01'), wholeLineGroup]) => {
  const site = compileTestSite({
    groups,
    kpis: [{ kpi: 'seamBins', equipment: 'welding/mpm01/f01' }],
  });
  const { program } = site;
  const [seam, line] = site.groups as [RegisteredGroup, RegisteredGroup];
  let timeMs = 0;
  const known = (values: Readonly<Record<string, TestSample | undefined>>): Values =>
    Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    );
  const names = (group: RegisteredGroup): ReadonlySet<string> =>
    new Set(group.channels.map(({ point }) => point));
  const of = (group: RegisteredGroup, values: Values): Values =>
    Object.fromEntries(Object.entries(values).filter(([name]) => names(group).has(name)));
  const weld = (
    fromMm: number,
    toMm: number,
    change: (mm: number) => Readonly<Record<string, TestSample | undefined>> = () => ({}),
    stepMs = 100,
  ): void => {
    for (let mm = fromMm; mm <= toMm; mm++) {
      timeMs += stepMs;
      const values = known({
        ...{ arcOn: 1, arcPower: 3000, seamFound: 1, current: 230, voltage: 26, gap: 0.2 },
        ...{ offsetY: 0.3, offsetZ: 0.4, manualIntervention: 0 },
        ...{ panelId: 7, panelPosition: mm, travelSpeed: 0.6 },
        ...change(mm),
      });
      feed(program, [
        { group: seam, timeMs, values: of(seam, values) },
        { group: line, timeMs, values: of(line, values) },
      ]);
    }
  };
  const rows = (): readonly { row: Row; status: Readonly<Record<string, number>> }[] => {
    const found: { row: Row; status: Record<string, number> }[] = [];
    program.onTick(tickAt(timeMs), ({ name, channels }, _time, values, status) => {
      if (name !== 'bins') return;
      const points = channels.map(({ point }) => point.replace('bin.', ''));
      found.push({
        row: Object.fromEntries(
          points.map((point, at) => [point, isBad(status[at] as number) ? undefined : values[at]]),
        ),
        status: Object.fromEntries(points.map((point, at) => [point, status[at] as number])),
      });
    });
    return found;
  };
  return {
    weld,
    rows,
    column: (point: string) => rows().map(({ row }) => row[point]),
  };
};

describe('the length of a bin', () => {
  test('is measured where position, arc and power are', () => {
    const { weld, column } = makeSeam();
    weld(0, 41);
    expect(column('length')).toEqual([10, 10, 10, 10]);
  });

  test.each<[string, Readonly<Record<string, TestSample>>, number]>([
    // The step to the place and the one from it.
    ['the position is bad', { panelPosition: bad() }, 8],
    ['the power is bad', { arcPower: bad() }, 8],
    ['the state of the arc is bad', { arcOn: bad() }, 8],
    [
      'the power is the last one that there was',
      { arcPower: { value: 3000, status: statusCodes.uncertainLastUsableValue } },
      8,
    ],
  ])('is shorter by the steps in which %s', (_, values, length) => {
    const { weld, column } = makeSeam();
    weld(0, 31, (mm) => (mm === 15 ? values : {}));
    expect(column('length')).toEqual([10, length, 10]);
  });

  test.each([
    ['power', 'arcPower'],
    ['arc', 'arcOn'],
  ])('ends when the %s has not been told for longer than it is good for', (_, name) => {
    const { weld, column } = makeSeam();
    weld(0, 60, (mm) => (mm > 12 ? { [name]: undefined } : {}));
    // 1 s, which are 10 mm, after the last one at 12 mm.
    expect(column('length')).toEqual([10, 10, 2, 0, 0]);
  });

  test('needs no power where there is none at the site', () => {
    const channels = [
      { point: 'arcOn', kind: 'boolean' } as const,
      { point: 'current', unit: 'A' },
    ];
    const bare = testGroup({
      ...{ equipment: 'f01', equipmentClass: 'weld_seam', periodMs: 100, channels },
    });
    const { weld, rows } = makeSeam([bare, wholeLineGroup]);
    weld(0, 21);
    const [first] = rows();
    expect(first?.row).toMatchObject({ length: 10, arcOnLength: 10, lostLength: 0 });
    expect(first?.row['heatInput']).toBeUndefined();
    expect(first?.row['trackingError.rms']).toBeUndefined();
    expect(first?.row['interventions']).toBeUndefined();
  });

  test('takes no part of a step that no line can make', () => {
    const { weld, column } = makeSeam();
    weld(0, 11);
    expect(column('length')).toEqual([10]);
    weld(112, 131);
    expect(column('length').slice(-2)).toEqual([8, 10]);
  });

  test('goes on a step of 100 mm, which a line can make within a second', () => {
    const { weld, column } = makeSeam();
    weld(0, 11);
    column('length');
    weld(111, 121);
    expect(column('length')).toEqual(Array.from({ length: 11 }, () => 10));
  });
});

describe('the seam', () => {
  test('is lost where the arc burns and the vision says so, not where it says nothing', () => {
    const { weld, column } = makeSeam();
    weld(0, 41, (mm) => {
      if (mm > 12 && mm <= 15) return { seamFound: 0 };
      if (mm > 22 && mm <= 25) return { seamFound: 0, arcOn: 0 };
      return mm > 32 && mm <= 35 ? { seamFound: bad() } : {};
    });
    expect(column('lostLength')).toEqual([0, 3, 0, 0]);
  });

  test.each<[string, Readonly<Record<string, TestSample>>]>([
    ['position', { panelPosition: uncertain(15) }],
    ['power', { arcPower: uncertain(3000) }],
  ])('with an uncertain %s has an uncertain bin, and good ones beside it', (_, values) => {
    const { weld, rows } = makeSeam();
    weld(0, 31, (mm) => (mm === 15 ? values : {}));
    expect(rows().map(({ status }) => status['heatInput'])).toEqual([
      ...[statusCodes.good, statusCodes.uncertain, statusCodes.good],
    ]);
  });

  test('has the panel that it is of, or none that is known', () => {
    const { weld, column } = makeSeam();
    weld(0, 11, () => ({ panelId: bad(7) }));
    expect(column('panelId')).toEqual([undefined]);
  });

  test('takes the power of a step as the mean of its ends', () => {
    const { weld, column } = makeSeam();
    weld(0, 11, (mm) => ({ arcPower: mm * 100 }));
    // Trapezoids from 0 to 1000 W over 1 s, with k.
    expect(column('heatInput')).toEqual([expect.closeTo((0.8 * 500) / 10 / 1000, 12)]);
  });
});

describe('samples', () => {
  test('are of the bin that the seam was in when they came', () => {
    const { weld, column } = makeSeam();
    // The frame of the seam comes before that of the position: its samples are of the place before.
    weld(0, 21, (mm) => ({ current: mm <= 10 ? 200 : 300 }));
    expect(column('current.mean')).toEqual([200, 300]);
  });

  test.each<[string, (mm: number) => Readonly<Record<string, TestSample | undefined>>]>([
    ['the signal is bad', () => ({ current: bad(900) })],
    ['the state of the arc is bad', () => ({ current: 900, arcOn: bad(1) })],
    ['the arc is off', () => ({ current: 900, arcOn: 0 })],
    [
      'it is the last one that there was',
      () => ({ current: { value: 900, status: statusCodes.uncertainLastUsableValue } }),
    ],
  ])('are none where %s', (_, change) => {
    const { weld, column } = makeSeam();
    weld(0, 21, (mm) => (mm >= 4 && mm <= 6 ? change(mm) : {}));
    expect(column('current.maximum')).toEqual([230, 230]);
  });

  test('are none where the position has not been told for a second', () => {
    const { weld, column } = makeSeam();
    weld(0, 5);
    weld(6, 30, (mm) => ({ panelPosition: undefined, current: mm <= 15 ? 231 : 900 }));
    weld(31, 41);
    expect(column('current.maximum').at(0)).toBe(231);
  });

  test('of the tracking error are the length of both axes, the seam found', () => {
    const { weld, rows } = makeSeam();
    weld(0, 41, (mm) => {
      if (mm > 10 && mm <= 20) return mm === 15 ? { offsetY: 3, offsetZ: 4, seamFound: 0 } : {};
      if (mm > 20 && mm <= 30) return mm === 25 ? { offsetY: 3, offsetZ: bad(4) } : {};
      return mm === 35 ? { offsetY: -0.6, offsetZ: 0.8 } : {};
    });
    expect(rows().map(({ row }) => row['trackingError.maximum'])).toEqual([
      ...[0.5, 0.5, 0.5, 1].map((value) => expect.closeTo(value, 12)),
    ]);
  });

  test.each<[string, Readonly<Record<string, TestSample | undefined>>]>([
    ['the height is not told', { offsetZ: undefined }],
    ['the vision is bad', { seamFound: bad(1) }],
    ['the side is bad', { offsetY: bad(0.3) }],
  ])('of the tracking error are none where %s', (_, change) => {
    const { weld, column } = makeSeam();
    weld(0, 5);
    weld(6, 60, () => change);
    // What was told last holds for a second at most.
    expect(column('trackingError.rms').slice(2, 5)).toEqual([undefined, undefined, undefined]);
  });

  test('of an intervention count once, where it began', () => {
    const { weld, column } = makeSeam();
    const isManual = (mm: number): boolean =>
      (mm >= 4 && mm <= 6) || (mm >= 8 && mm <= 14) || (mm >= 35 && mm <= 37);
    weld(0, 41, (mm) => ({
      manualIntervention: isManual(mm) ? 1 : 0,
      arcOn: mm >= 21 && mm <= 30 ? 0 : 1,
    }));
    expect(column('interventions')).toEqual([2, 0, 0, 1]);
  });

  test('of an intervention without an arc count when the arc burns', () => {
    const { weld, column } = makeSeam();
    weld(0, 41, (mm) => ({ manualIntervention: 1, arcOn: mm >= 25 ? 1 : 0 }));
    expect(column('interventions')).toEqual([0, 0, 1, 0]);
  });

  test('of an intervention that is not told keep it going', () => {
    const { weld, column } = makeSeam();
    weld(0, 31, (mm) => ({
      manualIntervention: mm >= 5 && mm <= 15 ? (mm === 10 ? bad() : 1) : 0,
    }));
    expect(column('interventions')).toEqual([1, 0, 0]);
  });
});

describe('the next panel', () => {
  test('ends the bins of the one before, also when only a tick tells', () => {
    const { weld, column } = makeSeam();
    weld(0, 15);
    expect(column('position')).toEqual([0]);
    weld(15, 15, () => ({ panelId: 8, panelPosition: undefined }));
    expect(column('position')).toEqual([10]);
    weld(0, 11, () => ({ panelId: 8 }));
    expect(column('panelId')).toEqual([8]);
  });

  test('begins without the step from the end of the one before', () => {
    const { weld, column } = makeSeam();
    weld(0, 50);
    column('position');
    weld(20, 41, () => ({ panelId: 8 }));
    // The last whole bin of the one before, and the one that its end lies in.
    expect(column('length')).toEqual([10, 0, 10, 10]);
  });
});

describe('a carriage that goes back under one panel', () => {
  const again = () => ({ arcPower: 9000 });

  test('counts what it welds again once, and goes on behind it', () => {
    const { weld, rows } = makeSeam();
    weld(0, 201);
    weld(51, 241, again);
    const measured = rows();
    const length = measured.reduce((sum, { row }) => sum + (row['length'] ?? 0), 0);
    // Up to 201 mm, and from the place on that is the first behind it.
    expect(length).toBeCloseTo(201 + (240 - 202), 6);
    const whole = measured.filter(({ row }) => row['length'] === 10);
    const places = whole.map(({ row }) => row['position']);
    expect(new Set(places).size).toBe(places.length);
    for (const { row } of whole) {
      const mean = (row['position'] as number) < 200 ? 3000 : 9000;
      expect(row['arcPower.mean'], `${row['position']}`).toBe(mean);
    }
  });

  test('has all of it where only the encoder was elsewhere', () => {
    const { weld, column } = makeSeam();
    weld(0, 101);
    const before = column('position');
    weld(25_000, 25_003);
    weld(110, 181);
    const after = column('position').filter((mm) => mm !== undefined && mm < 200);
    expect([...before, ...after]).toEqual(
      Array.from({ length: 18 }, (_, bin) => 10 * bin).filter((mm) => mm !== 100),
    );
  });

  test('begins the panel where it falls to when the id came before', () => {
    const { weld, rows } = makeSeam();
    const off = { panelId: 8, arcOn: 0 };
    weld(0, 201);
    weld(200, 203, () => off);
    weld(0, 41, () => ({ panelId: 8 }));
    const next = rows().filter(({ row }) => row['panelId'] === 8);
    expect(next.map(({ row }) => [row['position'], row['length']])).toEqual([
      ...[
        [0, 10],
        [10, 10],
        [20, 10],
        [30, 10],
      ],
    ]);
  });
});

describe('a signal of which a sample is uncertain', () => {
  test('makes its own statistics of that bin uncertain, and no others', () => {
    const { weld, rows } = makeSeam();
    weld(0, 31, (mm) => (mm === 15 ? { current: uncertain(230) } : {}));
    const [first, second, third] = rows().map(({ status }) => status);
    expect(second?.['current.mean']).toBe(statusCodes.uncertain);
    expect(second?.['current.maximum']).toBe(statusCodes.uncertain);
    expect(second?.['voltage.mean']).toBe(statusCodes.good);
    expect(second?.['heatInput']).toBe(statusCodes.good);
    for (const other of [first, third]) expect(other?.['current.mean']).toBe(statusCodes.good);
  });
});
