import type { LocalText } from '../../core/point.ts';
import { type Outcome, seconds } from './outcome.ts';
import type { Range, ValueExpectation } from './scenario-schema.ts';
import type { Shown, SiteSnapshot } from './snapshot.ts';

const mostNamed = 3;

/** The parts of `path` that stand at the stars of `pattern`; undefined where it does not fit. */
const starsOf = (pattern: string, path: string): readonly string[] | undefined => {
  const wanted = pattern.split('/');
  const parts = path.split('/');
  if (wanted.length !== parts.length) return undefined;
  const stars: string[] = [];
  for (const [index, part] of parts.entries()) {
    const want = wanted[index] as string;
    const [before = '', after] = want.split('*');
    if (after === undefined) {
      if (want !== part) return undefined;
    } else {
      if (!part.startsWith(before) || !part.endsWith(after)) return undefined;
      stars.push(part.slice(before.length, part.length - after.length));
    }
  }
  return stars;
};

/** Follows `a.b.3` into plain JSON, without regard to case; each star is the next of `stars`. */
const truthAt = (truth: unknown, path: string, stars: readonly string[]): number | undefined => {
  let current = truth;
  let star = 0;
  for (const part of path.split('.')) {
    if (typeof current !== 'object' || current === null) return undefined;
    const wanted = part.replaceAll('*', () => stars[star++] ?? '').toLowerCase();
    const key = Object.keys(current).find((candidate) => candidate.toLowerCase() === wanted);
    if (key === undefined) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return typeof current === 'number' ? current : undefined;
};

const number = (value: number): string => String(Number(value.toPrecision(6)));

const inRange = (value: number | null | undefined, { from, to }: Range): boolean =>
  typeof value === 'number' && value >= (from ?? -Infinity) && value <= (to ?? Infinity);

const rangeText = ({ from, to }: Range): LocalText => {
  if (to === undefined) return { en: `at least ${from}`, zh: `不小于 ${from}` };
  if (from === undefined) return { en: `at most ${to}`, zh: `不大于 ${to}` };
  return from === to
    ? { en: `${from}`, zh: `${from}` }
    : { en: `${from} to ${to}`, zh: `${from} 至 ${to}` };
};

type Check = {
  /** What is wrong with one point; undefined when nothing is. */
  readonly fault: LocalText | undefined;
  /** How far a value is from the truth as a part of what is allowed. */
  readonly closeness: number;
  readonly seen: LocalText;
};

const same = (text: string): LocalText => ({ en: text, zh: text });

const allowedOf = (wanted: ValueExpectation, truth: number): number =>
  typeof wanted.tolerance === 'string'
    ? (Math.abs(truth) * Number.parseFloat(wanted.tolerance)) / 100
    : (wanted.tolerance ?? 0);

const checkTruth = (wanted: ValueExpectation, shown: Shown, truth: number | undefined): Check => {
  if (truth === undefined) {
    const fault = { en: `no truth ${wanted.truth}`, zh: `仿真器没有真值 ${wanted.truth}` };
    return { fault, closeness: Infinity, seen: fault };
  }
  const expected = truth * wanted.scale;
  const found = typeof shown.value === 'number' ? shown.value : Number.NaN;
  const allowed = allowedOf(wanted, expected);
  const off = Math.abs(found - expected);
  const text = {
    en: `${number(found)}, truth ${number(expected)}`,
    zh: `${number(found)}，真值 ${number(expected)}`,
  };
  const holds = off <= allowed;
  return { fault: holds ? undefined : text, closeness: off / (allowed || 1), seen: text };
};

const qualityWords: Readonly<Record<Shown['quality'], LocalText>> = {
  good: { en: 'good', zh: '良好' },
  uncertain: { en: 'uncertain', zh: '不确定' },
  bad: { en: 'bad', zh: '坏' },
  absent: { en: 'absent', zh: '无' },
};

const checksOf = (wanted: ValueExpectation, shown: Shown, truth: number | undefined): Check[] => {
  const checks: Check[] = [];
  const add = (holds: boolean, seen: LocalText): number =>
    checks.push({ fault: holds ? undefined : seen, closeness: 0, seen });
  if (wanted.truth !== undefined) checks.push(checkTruth(wanted, shown, truth));
  if (wanted.value !== undefined) {
    const { value } = shown;
    add(
      typeof value === 'number' && inRange(value, wanted.value),
      same(typeof value === 'number' ? number(value) : String(value)),
    );
  }
  if (wanted.coverage !== undefined) {
    const { coverage } = shown;
    const text = typeof coverage === 'number' ? coverage.toFixed(4) : '-';
    add(inRange(coverage, wanted.coverage), { en: `coverage ${text}`, zh: `覆盖率 ${text}` });
  }
  if (wanted.quality !== undefined) {
    add(shown.quality === wanted.quality, qualityWords[shown.quality]);
  }
  return checks;
};

const join = (texts: readonly LocalText[]): LocalText => ({
  en: texts.map(({ en }) => en).join('; '),
  zh: texts.map(({ zh }) => zh).join('；'),
});

const expectationText = (wanted: ValueExpectation, atMs: number, count: number): LocalText => {
  const parts: LocalText[] = [];
  const { tolerance, truth, value, coverage, quality } = wanted;
  if (truth !== undefined) {
    parts.push({ en: `within ${tolerance} of the truth`, zh: `与真值相差不超过 ${tolerance}` });
  }
  if (value !== undefined) {
    const words = rangeText(value);
    parts.push({ en: `value ${words.en}`, zh: `数值 ${words.zh}` });
  }
  if (coverage !== undefined) {
    const words = rangeText(coverage);
    parts.push({ en: `coverage ${words.en}`, zh: `覆盖率 ${words.zh}` });
  }
  if (quality !== undefined) {
    const words = qualityWords[quality];
    parts.push({ en: `quality ${words.en}`, zh: `质量${words.zh}` });
  }
  const all = join(parts);
  const of = count > 1 ? { en: ` (${count} points)`, zh: `（${count} 个测点）` } : same('');
  return {
    en: `${wanted.path}${of.en} at ${seconds(atMs)}: ${all.en}`,
    zh: `${wanted.path}${of.zh}，${seconds(atMs)} 时：${all.zh}`,
  };
};

/** With `growth`, what has been added to the truth since the scenario began. */
const truthFor = (
  wanted: ValueExpectation,
  firstTruth: unknown,
  now: { readonly truth: unknown; readonly stars: readonly string[] },
): number | undefined => {
  if (wanted.truth === undefined) return undefined;
  const truth = truthAt(now.truth, wanted.truth, now.stars);
  const first = wanted.growth ? truthAt(firstTruth, wanted.truth, now.stars) : 0;
  return truth === undefined || first === undefined ? undefined : truth - first;
};

/** Holds what the gateway shows against what was expected of it, for every point that the pattern names. */
export const checkValues = (
  kind: 'kpi' | 'point',
  wanted: ValueExpectation,
  at: {
    readonly offsetMs: number;
    readonly snapshot: SiteSnapshot | undefined;
    /** The truth when the scenario began. */
    readonly firstTruth: unknown;
  },
): Outcome => {
  const { snapshot, offsetMs } = at;
  if (snapshot === undefined) {
    const found = { en: 'the gateway was away then', zh: '当时网关不在运行' };
    return { holds: false, expectation: expectationText(wanted, offsetMs, 0), found };
  }
  const shown = kind === 'kpi' ? snapshot.kpis : snapshot.points;
  const results = [...shown].flatMap(([path, sample]) => {
    const stars = starsOf(wanted.path, path);
    if (stars === undefined) return [];
    const truth = truthFor(wanted, at.firstTruth, { truth: snapshot.truth, stars });
    return [{ path, checks: checksOf(wanted, sample, truth) }];
  });
  const expectation = expectationText(wanted, offsetMs, results.length);
  if (results.length === 0) {
    const found = { en: 'there is no such point', zh: '没有这样的测点' };
    return { holds: false, expectation, found };
  }
  const broken = results.filter(({ checks }) => checks.some(({ fault }) => fault !== undefined));
  if (broken.length > 0) return { holds: false, expectation, found: brokenText(broken) };
  const all = results.toSorted((a, b) => farness(b.checks) - farness(a.checks));
  return { holds: true, expectation, found: join(all[0]?.checks.map(({ seen }) => seen) ?? []) };
};

const farness = (checks: readonly Check[]): number =>
  Math.max(...checks.map(({ closeness }) => closeness));

const brokenText = (
  broken: readonly { readonly path: string; readonly checks: readonly Check[] }[],
): LocalText => {
  const named = broken.slice(0, mostNamed).map(({ path, checks }) => {
    const faults = join(checks.flatMap(({ fault }) => fault ?? []));
    return { en: `${path}: ${faults.en}`, zh: `${path}：${faults.zh}` };
  });
  const more = broken.length - named.length;
  if (more > 0) named.push({ en: `and ${more} more`, zh: `另有 ${more} 个` });
  return join(named);
};
