import { expect, it } from 'vitest';
import { percentOn, scaleAround, sideOf } from '../../../../dashboard/line/bar-scale.ts';
import { fanOf, shapeOf } from '../../../../dashboard/line/deformation-shape.ts';
import { judgeSeam, type SeamNow } from '../../../../dashboard/line/seam-judgement.ts';
import { formatMinutes, travelOf } from '../../../../dashboard/line/travel.ts';
import { isUnreachable } from '../../../../dashboard/line/use-judgements.ts';

it('puts a band into the middle half of its bar', () => {
  const scale = scaleAround({ minimum: 205, maximum: 251 });
  expect(scale).toEqual({ from: 182, to: 274 });
  expect(percentOn(scale, 205)).toBe(25);
  expect(percentOn(scale, 228)).toBe(50);
  expect(percentOn(scale, 251)).toBe(75);
  expect(percentOn(scale, 400)).toBe(100);
  expect(percentOn(scale, 0)).toBe(0);
});

it('says on which side of a band a value lies, and of an open one only where it ends', () => {
  expect(
    [204, 205, 251, 252].map((value) => sideOf({ minimum: 205, maximum: 251 }, value)),
  ).toEqual([-1, 0, 0, 1]);
  expect(sideOf({ maximum: 6 }, -100)).toBe(0);
  expect(sideOf({}, 5)).toBe(0);
});

it('tells the time left by the speed: 18 m at 0.8 m/min take 22.5 min', () => {
  expect(travelOf(0, 18_000, 0.8)).toEqual({ kind: 'moving', leftMs: 22.5 * 60_000 });
  expect(formatMinutes(22.5 * 60_000)).toBe('22:30');
  expect(formatMinutes(59_600)).toBe('1:00');
  expect(travelOf(18_010, 18_000, 0.8)).toEqual({ kind: 'moving', leftMs: 0 });
});

it('tells none while the line stands, and does not take what it does not know for standing', () => {
  expect(travelOf(100, 18_000, 0)).toEqual({ kind: 'standing' });
  expect(travelOf(null, 18_000, 0.8)).toEqual({ kind: 'unknown' });
  expect(travelOf(100, null, 0.8)).toEqual({ kind: 'unknown' });
  expect(travelOf(100, 18_000, null)).toEqual({ kind: 'unknown' });
});

const good: SeamNow = {
  ...{ arcOn: 1, seamFound: 1, fault: 0, enabled: 1, current: 228, voltage: 25.9 },
  ...{ gasFlow: 18, offsetY: 0.1, gap: 0.15, confidence: 0.95, isUnreachable: false },
};
const bands = {
  current: { minimum: 205, maximum: 251 },
  voltage: { minimum: 24, maximum: 27.8 },
  gasFlow: { minimum: 15, maximum: 22 },
};
const judge = (change: Partial<SeamNow>, isWelding: boolean | null = true) =>
  judgeSeam({ ...good, ...change }, bands, isWelding);

it('finds nothing wrong with a torch that welds as it should', () => {
  expect(judge({})).toEqual({ level: 0, findings: [] });
});

it.each([
  [{ seamFound: 0 }, 3, 'seamLost'],
  [{ fault: 1 }, 3, 'fault'],
  [{ current: 260 }, 2, 'currentOut'],
  [{ voltage: 23 }, 2, 'voltageOut'],
  [{ gasFlow: 6 }, 2, 'gasOut'],
  [{ offsetY: -1.1 }, 2, 'offset'],
  [{ offsetY: 0.6 }, 1, 'offset'],
  [{ gap: 1.3 }, 2, 'gap'],
  [{ confidence: 0.7 }, 1, 'confidence'],
  ...(
    [
      ...(['arcOn', 'fault', 'seamFound', 'current', 'voltage'] as const),
      ...(['gasFlow', 'offsetY', 'gap', 'confidence'] as const),
    ] as const
  ).map((name) => [{ [name]: null }, 2, 'noValue'] as const),
] as const)('takes %o for level %i, %s', (change, level, finding) => {
  const { level: found, findings } = judge(change);
  expect([found, findings[0]]).toEqual([level, finding]);
});

it('says the worst first', () => {
  expect(judge({ confidence: 0.4, seamFound: 0, current: 260 }).findings).toEqual([
    ...['seamLost', 'currentOut', 'confidence'],
  ]);
});

it('judges no value of a torch without an arc, and its arc only while the line welds', () => {
  const out = { arcOn: 0, current: 0, voltage: 70, gasFlow: 0, seamFound: 0, gap: 3 };
  expect(judge(out)).toEqual({ level: 3, findings: ['arcOut'] });
  expect(judge(out, false)).toEqual({ level: 0, findings: [] });
  expect(judge({ ...out, enabled: 0 })).toEqual({ level: 0, findings: [] });
});

it('misses no value that means nothing: without an arc, or of a camera that has lost the seam', () => {
  const nothing = {
    ...{ current: null, voltage: null, gasFlow: null, seamFound: null },
    gap: null,
  };
  expect(judge({ ...nothing, arcOn: 0, offsetY: null }, false)).toEqual({ level: 0, findings: [] });
  expect(judge({ seamFound: 0, offsetY: null, gap: null, confidence: null }).findings).toEqual([
    'seamLost',
  ]);
});

it('takes a torch whose device does not answer for abnormal in every state', () => {
  expect(judge({ arcOn: 0, current: null, isUnreachable: true }, false)).toEqual({
    ...{ level: 2, findings: ['noValue'] },
  });
  const statuses = [0x8005_0000, 0x800a_0000, 0x8031_0000, 0x808a_0480];
  expect(statuses.map((status) => isUnreachable({ status }))).toEqual([true, true, true, true]);
  expect([0, 0x4000_0000, 0x808c_0000].some((status) => isUnreachable({ status }))).toBe(false);
});

it('says that it cannot tell whether an arc should burn while the line does not tell its state', () => {
  expect(judge({ arcOn: 0 }, null)).toEqual({ level: 2, findings: ['arcOutUnsure'] });
  expect(judge({ arcOn: 0, enabled: 0 }, null)).toEqual({ level: 0, findings: [] });
  expect(judge({}, null)).toEqual({ level: 0, findings: [] });
});

const shape = shapeOf({
  positionMm: [50, 100, 150],
  heightsMm: [
    [0.1, 0.3],
    [null, -0.4],
    [null, null],
  ],
});

it('shows lowest, mean and highest across the panel, and a gap where nothing was measured', () => {
  expect(shape.middle[0]?.[1]).toBeCloseTo(0.2);
  expect(shape.highest).toEqual([
    [50, 0.3],
    [100, -0.4],
    [150, null],
  ]);
  expect(shape.lowest).toEqual([
    [50, 0.1],
    [100, -0.4],
    [150, null],
  ]);
});

it('opens the fan from the newest height to the end, on the side to which the panel bends', () => {
  const fan = fanOf(shape, { value: 2, lower: 1.5, upper: 2.5 }, 18_000);
  expect(fan?.value).toEqual([
    [100, -0.4],
    [18_000, -2],
  ]);
  expect(fan?.lower).toEqual([
    [100, -0.4],
    [18_000, -1.5],
  ]);
  expect(fan?.upper).toEqual([
    [100, -0.4],
    [18_000, -2.5],
  ]);
});

it('opens none without a prediction, before the first profile, and at the end', () => {
  const prediction = { value: 2, lower: 1.5, upper: 2.5 };
  expect(fanOf(shape, { ...prediction, value: null }, 18_000)).toBeNull();
  expect(fanOf(shapeOf({ positionMm: [], heightsMm: [] }), prediction, 18_000)).toBeNull();
  expect(fanOf(shape, prediction, 100)).toBeNull();
});
