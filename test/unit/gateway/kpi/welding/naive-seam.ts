/** What the welding KPIs are of a list of frames, by their definitions and nothing else: no state, no increments. */
export type SeamFrame = {
  readonly timeMs: number;
  readonly current: number;
  readonly voltage: number;
  readonly arcPower: number;
  readonly wireFeedSpeed: number;
  /** L/min */
  readonly gasFlow: number;
  readonly offsetY: number;
  readonly offsetZ: number;
  readonly slidePosition: number;
  /** m/min */
  readonly travelSpeed: number;
  /** mm */
  readonly panelPosition: number;
  readonly arcOn: boolean;
  readonly seamFound: boolean;
  /** Everything of the frame is good; otherwise everything but the arc is bad. */
  readonly isGood: boolean;
};

const gapMs = 1000;

type Pair = { readonly from: SeamFrame; readonly to: SeamFrame; readonly ms: number };

const pairs = (frames: readonly SeamFrame[]): readonly Pair[] =>
  frames.slice(1).flatMap((to, index) => {
    const from = frames[index] as SeamFrame;
    return to.timeMs - from.timeMs <= gapMs && from.isGood && to.isGood
      ? [{ from, to, ms: to.timeMs - from.timeMs }]
      : [];
  });

const burning = (frames: readonly SeamFrame[]): readonly Pair[] =>
  pairs(frames).filter(({ from, to }) => from.arcOn && to.arcOn);

const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0);

const mean = (numbers: readonly number[]): number => sum(numbers) / numbers.length;

const trapezoid = (list: readonly Pair[], value: (frame: SeamFrame) => number): number =>
  sum(list.map(({ from, to, ms }) => ((value(from) + value(to)) / 2) * ms));

const mmPerMs = ({ travelSpeed }: SeamFrame): number => travelSpeed / 60;

/** kJ/mm */
export const naiveArcEnergy = (frames: readonly SeamFrame[], method: 'A' | 'B' | 'C'): number => {
  const list = burning(frames);
  if (method === 'B') {
    const near = list.filter(
      ({ from, to }) => Math.abs(to.panelPosition - from.panelPosition) <= 100,
    );
    const lengthMm = sum(near.map(({ from, to }) => to.panelPosition - from.panelPosition));
    return trapezoid(near, ({ arcPower }) => arcPower) / lengthMm / 1e6;
  }
  const watts = (frame: SeamFrame): number =>
    method === 'A' ? frame.current * frame.voltage : frame.arcPower;
  return trapezoid(list, watts) / trapezoid(list, mmPerMs) / 1e6;
};

export const naiveLost = (frames: readonly SeamFrame[]): { percent: number; mm: number } => {
  const list = burning(frames);
  const lost = list.filter(({ from }) => !from.seamFound);
  return {
    percent: (100 * sum(lost.map(({ ms }) => ms))) / sum(list.map(({ ms }) => ms)),
    mm: sum(lost.map(({ from, ms }) => mmPerMs(from) * ms)),
  };
};

const tracked = (frames: readonly SeamFrame[]): readonly SeamFrame[] =>
  frames.filter(({ arcOn, seamFound, isGood }) => arcOn && seamFound && isGood);

export const naiveBias = (frames: readonly SeamFrame[]): number =>
  mean(tracked(frames).map(({ offsetY }) => offsetY));

/** Of e = sqrt(ey^2 + ez^2), the percentile by linear interpolation at rank (n - 1) * 0.95. */
export const naiveTracking = (
  frames: readonly SeamFrame[],
): { rms: number; p95: number; max: number } => {
  const errors = tracked(frames).map(({ offsetY, offsetZ }) => Math.hypot(offsetY, offsetZ));
  const sorted = errors.toSorted((a, b) => a - b);
  const rank = (sorted.length - 1) * 0.95;
  const [low, high] = [sorted[Math.floor(rank)] ?? 0, sorted[Math.ceil(rank)] ?? 0];
  return {
    rms: Math.sqrt(mean(errors.map((error) => error * error))),
    p95: low + (high - low) * (rank - Math.floor(rank)),
    max: Math.max(...errors),
  };
};

/** Share of the time between frames, none of which are bad here, that began with the arc on. */
export const naiveArcOnRatio = (frames: readonly SeamFrame[]): number => {
  const list = pairs(frames.map((frame) => ({ ...frame, isGood: true })));
  const on = list.filter(({ from }) => from.arcOn);
  return sum(on.map(({ ms }) => ms)) / sum(list.map(({ ms }) => ms));
};

/** m3 */
export const naiveGasVolume = (frames: readonly SeamFrame[]): number =>
  trapezoid(pairs(frames), ({ gasFlow }) => gasFlow) / 60_000 / 1000;

/** Percent of a range of `rangeMm`. */
export const naiveRangeUsed = (frames: readonly SeamFrame[], rangeMm: number): number => {
  const positions = frames
    .filter(({ arcOn, isGood }) => arcOn && isGood)
    .map(({ slidePosition }) => slidePosition);
  return (100 * (Math.max(...positions) - Math.min(...positions))) / rangeMm;
};

export const naiveLeg = (frames: readonly SeamFrame[]): number => {
  const list = burning(frames);
  const feed = trapezoid(list, ({ wireFeedSpeed }) => wireFeedSpeed / 60);
  const area = (feed / trapezoid(list, mmPerMs)) * ((Math.PI * 1.44) / 4) * 0.97;
  return Math.sqrt((2 * area) / 1.1);
};

export const naiveWeldLength = (frames: readonly SeamFrame[]): number =>
  trapezoid(pairs(frames), (frame) => (frame.arcOn ? mmPerMs(frame) : 0)) / 1000;

export const naiveWireMass = (frames: readonly SeamFrame[]): number =>
  ((trapezoid(pairs(frames), ({ wireFeedSpeed }) => wireFeedSpeed) / 60_000) *
    ((Math.PI * 1.44) / 4) *
    7850) /
  1e6;

const variation = (samples: readonly number[]): number => {
  const average = mean(samples);
  const squares = sum(samples.map((sample) => (sample - average) ** 2));
  return (100 * Math.sqrt(squares / (samples.length - 1))) / average;
};

type Variation = { readonly current: number; readonly voltage: number };

/** Of each second that has ended before the last frame, in %. */
const variations = (frames: readonly SeamFrame[]): readonly Variation[] => {
  const seconds = Map.groupBy(frames, ({ timeMs }) => Math.floor(timeMs / 1000));
  const ended = [...seconds.values()]
    .slice(0, -1)
    .filter((list) => list.every(({ arcOn }) => arcOn));
  return ended
    .map((list) => list.filter(({ isGood }) => isGood))
    .filter(({ length }) => length >= 5)
    .map((list) => ({
      current: variation(list.map(({ current }) => current)),
      voltage: variation(list.map(({ voltage }) => voltage)),
    }));
};

const stability = ({ current, voltage }: Variation): number =>
  Math.min(100, Math.max(0, 100 * (1 - (current / 8 + voltage / 4) / 2)));

/** Of the panel, and of its newest second. */
export const naiveStability = (
  frames: readonly SeamFrame[],
): Variation & { readonly index: number; readonly now: number } => {
  const all = variations(frames);
  const average = {
    current: mean(all.map(({ current }) => current)),
    voltage: mean(all.map(({ voltage }) => voltage)),
  };
  return { ...average, index: stability(average), now: stability(all.at(-1) ?? average) };
};

type Excursion = { readonly first: number; readonly last: number };

/** Runs of measured steps that begin out of the band, as places in the list of all steps, long enough to count. */
const excursions = (
  steps: readonly (Pair | undefined)[],
  isOut: (frame: SeamFrame) => boolean,
): readonly Excursion[] => {
  const found: Excursion[] = [];
  for (let first = 0; first < steps.length; first++) {
    let last = first;
    let ms = 0;
    for (; steps[last] !== undefined && isOut((steps[last] as Pair).from); last++) {
      ms += (steps[last] as Pair).ms;
    }
    if (ms >= 300) found.push({ first, last });
    if (last > first) first = last - 1;
  }
  return found;
};

/** Of current (200 to 260 A) and voltage (24 to 28 V): percent of the length, and mm out of any band. */
export const naiveConformance = (
  frames: readonly SeamFrame[],
): { joint: number; current: number; voltage: number; outMm: number } => {
  const usable = new Set(burning(frames).map(({ to }) => to));
  const steps = frames.slice(1).map((to, index): Pair | undefined => {
    const from = frames[index] as SeamFrame;
    return usable.has(to) ? { from, to, ms: to.timeMs - from.timeMs } : undefined;
  });
  const lengthOf = (step: Pair | undefined): number =>
    step === undefined ? 0 : ((mmPerMs(step.from) + mmPerMs(step.to)) / 2) * step.ms;
  const total = sum(steps.map(lengthOf));
  const ofCurrent = excursions(steps, ({ current }) => current < 200 || current > 260);
  const ofVoltage = excursions(steps, ({ voltage }) => voltage < 24 || voltage > 28);
  const out = (list: readonly Excursion[]): number =>
    sum(
      steps.map((step, place) =>
        list.some(({ first, last }) => place >= first && place < last) ? lengthOf(step) : 0,
      ),
    );
  const percent = (mm: number): number => (100 * (total - mm)) / total;
  const outMm = out([...ofCurrent, ...ofVoltage]);
  return {
    joint: percent(outMm),
    current: percent(out(ofCurrent)),
    voltage: percent(out(ofVoltage)),
    outMm,
  };
};

/** Times the arc burns again after it had gone out. */
export const naiveReignitions = (frames: readonly SeamFrame[]): number => {
  const starts = frames.filter(({ arcOn }, index) => arcOn && frames[index - 1]?.arcOn !== true);
  return Math.max(0, starts.length - 1);
};
