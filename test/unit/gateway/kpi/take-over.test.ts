// Goal: over a change of the configuration, KPIs that stay the same compute as if nothing had happened, and changed ones as
// if they had just been set up. Method: random sets of KPIs before and after; beside the program that is exchanged run one
// that never was (for what stays) and one that begins at the exchange (for what is new).
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type {
  GroupNumber,
  GroupSpec,
  PointNumber,
  RegisteredGroup,
} from '../../../../gateway/core/point.ts';
import { groupKey } from '../../../../gateway/core/point.ts';
import type { HotPathProgram } from '../../../../gateway/hot-path/program.ts';
import { compileSite, planSite } from '../../../../gateway/kpi/compile-site.ts';
import { calculatedSchema, kpisSchema } from '../../../../gateway/kpi/site-schema.ts';
import { testGroup } from '../../../support/entry-batch.ts';
import { feed, type Result, testSite, tickProgram } from '../../../support/program-feed.ts';
import { runsOf, testSeed } from '../../../support/seed.ts';
import { lineGroup, seamGroup } from './welding-line.ts';

/** Numbers as the journal gives them: for good, whatever the configuration. */
const createRegistry = (): ((specs: readonly GroupSpec[]) => readonly RegisteredGroup[]) => {
  const groups = new Map<string, number>();
  const points = new Map<string, number>();
  const numberOf = (table: Map<string, number>, key: string): number => {
    const number = table.get(key) ?? table.size + 1;
    table.set(key, number);
    return number;
  };
  return (specs) =>
    specs.map((spec) => ({
      ...spec,
      number: numberOf(groups, JSON.stringify([groupKey(spec), spec.channels])) as GroupNumber,
      pointNumbers: spec.channels.map(
        ({ point }) => numberOf(points, `${groupKey(spec)} ${point}`) as PointNumber,
      ),
    }));
};

type Compiled = { readonly program: HotPathProgram; readonly groups: readonly RegisteredGroup[] };

const seam = 'welding/mpm01/f01';
const line = 'welding/mpm01/line';
const kpis = {
  rms: { kpi: 'trackingRms', equipment: seam },
  max: { kpi: 'trackingMax', equipment: seam },
  p95: { kpi: 'trackingP95', equipment: seam },
  arc: { kpi: 'arcOnRatio', equipment: seam },
  heat: { kpi: 'heatInput', equipment: seam, parameters: { process: '135' } },
  current: { kpi: 'arcCurrentMean', equipment: seam, window: '2s' },
  deviation: { kpi: 'arcCurrentDeviation', equipment: seam, window: '2s' },
  speed: { kpi: 'travelSpeedMean', equipment: line },
  deformation: { kpi: 'deformationMax', equipment: line },
} as const;
type Name = keyof typeof kpis;
const names = Object.keys(kpis) as Name[];

const calculated = {
  ...{ equipment: seam, point: 'twice', unit: 'mm', expression: 'trackingRms * 2' },
  description: { en: 'twice', zh: '两倍' },
};

const compileWith = (
  registry: ReturnType<typeof createRegistry>,
  sources: readonly GroupSpec[] = [seamGroup('f01', 100), lineGroup(100)],
) => {
  return (entries: readonly object[], points: readonly object[] = []): Compiled => {
    const sections = {
      kpis: kpisSchema.parse(entries),
      calculated: calculatedSchema.parse(points),
    };
    const plan = planSite({ groups: sources, site: testSite, ...sections });
    const groups = registry([...sources, ...plan.groups]);
    const { program, issues } = compileSite({ groups, sections, site: testSite });
    expect(issues).toEqual([]);
    return { program, groups };
  };
};

/** `isOn` undefined: the frame says nothing of the arc. */
type Sample = {
  readonly offset: number;
  readonly isOn: boolean | undefined;
  readonly panel: number;
};

const give = ({ program, groups }: Compiled, sample: Sample, timeMs: number): void => {
  const [f01, all] = groups as [RegisteredGroup, RegisteredGroup];
  const { offset, isOn, panel } = sample;
  feed(program, [
    {
      ...{ group: all, timeMs },
      values: { travelSpeed: 0.5, panelId: panel, panelPosition: (timeMs % 4000) / 5 },
    },
    { group: all, timeMs: timeMs + 1, values: { 'deformation.z.01': offset } },
    {
      ...{ group: f01, timeMs },
      values: {
        ...{ arcPower: 5000 + offset, seamFound: 1 },
        ...(isOn === undefined ? {} : { arcOn: isOn ? 1 : 0 }),
        ...{ offsetY: offset, offsetZ: 0.1, current: 230 + offset },
      },
    },
  ]);
};

const sampleOf = fc.record({
  offset: fc.double({ min: -2, max: 2, noNaN: true }),
  isOn: fc.constantFrom(true, false, undefined),
  // Seldom another one, or no window would last.
  panel: fc.oneof(
    { weight: 30, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.constant(2) },
  ),
});
const samples = fc.array(sampleOf, { minLength: 15, maxLength: 60 });

/** Feeds samples 100 ms apart with a tick each second; gives the outputs of all ticks. */
const run = (compiled: Compiled, list: readonly Sample[], fromMs: number) =>
  list.flatMap((sample, index): readonly Readonly<Record<string, Result>>[] => {
    const timeMs = fromMs + index * 100;
    give(compiled, sample, timeMs);
    return index % 10 === 9 ? [tickProgram(compiled.program, timeMs + 50)] : [];
  });

const pointsOf = (list: readonly Name[]): readonly string[] =>
  list.flatMap((name) => [
    `${kpis[name].equipment}/${kpis[name].kpi}`,
    `${kpis[name].equipment}/${kpis[name].kpi}.coverage`,
  ]);

const only = (
  ticks: readonly Readonly<Record<string, Result>>[],
  points: readonly string[],
): readonly unknown[] => ticks.map((tick) => points.map((point) => [point, tick[point]]));

describe('a program that takes over from another', () => {
  test('computes what is the same in both as the other would have', () => {
    const subset = fc.subarray(names, { minLength: 1 });
    fc.assert(
      fc.property(subset, subset, samples, samples, (before, after, early, late) => {
        const compile = compileWith(createRegistry());
        const entriesOf = (list: readonly Name[]) => list.map((name) => kpis[name]);
        const old = compile(entriesOf(before));
        const undisturbed = compile(entriesOf(before));
        const next = compile(entriesOf(after));
        run(old, early, 0);
        run(undisturbed, early, 0);
        const { continued, begun, ended } = next.program.takeOver(old.program);
        const kept = after.filter((name) => before.includes(name));
        expect([continued.length, begun.length, ended.length]).toEqual([
          kept.length,
          after.length - kept.length,
          before.length - kept.length,
        ]);
        const expected = run(undisturbed, late, early.length * 100);
        const found = run(next, late, early.length * 100);
        expect(only(found, pointsOf(kept))).toEqual(only(expected, pointsOf(kept)));
      }),
      { seed: testSeed(), numRuns: runsOf(100) },
    );
  });

  const constant = (offset: number): Sample => ({ offset, isOn: true, panel: 1 });
  const many = (offset: number): readonly Sample[] => new Array<Sample>(20).fill(constant(offset));
  const last = (ticks: readonly Readonly<Record<string, Result>>[], point: string) =>
    ticks.at(-1)?.[`${seam}/${point}`]?.value;

  test('begins anew what is computed in another way, and all that reads it', () => {
    const compile = compileWith(createRegistry());
    const strict = { ...kpis.p95, parameters: { exactSamples: 10 } };
    const old = compile([kpis.max, kpis.p95]);
    const next = compile([kpis.max, strict]);
    run(old, many(1.5), 0);
    next.program.takeOver(old.program);
    const ticks = run(next, many(0), 2000);
    expect(last(ticks, 'trackingMax')).toBeCloseTo(Math.hypot(1.5, 0.1), 9);
    // Beyond ten samples it is exact to a bin.
    expect(last(ticks, 'trackingP95')).toBeCloseTo(0.1, 2);
  });

  test('goes on with calculated points whose KPI stays', () => {
    const compile = compileWith(createRegistry());
    const old = compile([kpis.rms], [calculated]);
    const next = compile([kpis.rms, kpis.max], [calculated]);
    run(old, many(1), 0);
    expect(next.program.takeOver(old.program)).toMatchObject({
      continued: expect.arrayContaining([`${seam}/twice`]),
      begun: [`trackingMax of ${seam}`],
    });
    const ticks = run(next, many(1), 2000);
    expect(last(ticks, 'twice')).toBeCloseTo(2 * Math.hypot(1, 0.1), 9);
  });

  test('begins a calculated point anew when the KPI that it reads has changed', () => {
    const compile = compileWith(createRegistry());
    const point = { ...calculated, expression: 'trackingP95 * 2' };
    const old = compile([kpis.p95], [point]);
    const next = compile([{ ...kpis.p95, parameters: { exactSamples: 10 } }], [point]);
    expect(next.program.takeOver(old.program)).toMatchObject({ continued: [] });
  });

  test('remembers an arc that was on, wherever its state lies now', () => {
    const compile = compileWith(createRegistry());
    const [old, undisturbed] = [compile([kpis.heat]), compile([kpis.heat])];
    const next = compile([kpis.rms, kpis.heat]);
    for (const each of [old, undisturbed]) run(each, many(0), 0);
    next.program.takeOver(old.program);
    const silent = many(900).map((sample) => ({ ...sample, isOn: undefined }));
    const expected = run(undisturbed, silent, 2000);
    expect(only(run(next, silent, 2000), pointsOf(['heat']))).toEqual(
      only(expected, pointsOf(['heat'])),
    );
  });

  test('goes on in the middle of a quarter hour, wherever its windows lie now', () => {
    const meter = testGroup({
      ...{ area: 'park', line: 'meters', equipment: 'grid', equipmentClass: 'meter' },
      ...{ periodMs: 60_000, channels: [{ point: 'power', unit: 'W' }] },
    });
    const compile = compileWith(createRegistry(), [meter]);
    const equipment = 'park/energy/site';
    const demand = { kpi: 'gridDemand', equipment };
    const [old, undisturbed] = [compile([demand]), compile([demand])];
    const next = compile([{ kpi: 'gridDemandPeak', equipment }, demand]);
    const minutes = ({ program, groups }: Compiled, from: number, to: number) => {
      const [group] = groups as [RegisteredGroup];
      for (let minute = from; minute < to; minute++) {
        feed(program, [{ group, timeMs: minute * 60_000, values: { power: minute * 1000 } }]);
      }
      return tickProgram(program, (to - 1) * 60_000 + 1)[`${equipment}/gridDemand`];
    };
    for (const each of [old, undisturbed]) minutes(each, 30, 40);
    next.program.takeOver(old.program);
    const expected = minutes(undisturbed, 40, 50);
    expect(expected?.value).toBeGreaterThan(30);
    expect(minutes(next, 40, 50)).toEqual(expected);
  });

  test('knows nothing of a point that has another number', () => {
    const old = compileWith(createRegistry())([kpis.max]);
    const registry = createRegistry();
    registry([seamGroup('elsewhere', 100)]);
    const next = compileWith(registry)([kpis.max]);
    run(old, many(1.5), 0);
    expect(next.program.takeOver(old.program).continued).toEqual([]);
    expect(last(run(next, many(0), 2000), 'trackingMax')).toBeCloseTo(0.1, 9);
  });
});
