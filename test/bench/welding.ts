import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { benchRow, median, type Rows } from './row.ts';
import type { WeldingLoad } from './welding-load.ts';

const execute = promisify(execFile);
const load = fileURLToPath(new URL('./welding-load.ts', import.meta.url));

type Run = { readonly variant: 'program' | 'counts'; readonly rate: number };

const measure = async ({ variant, rate }: Run, seconds: number): Promise<WeldingLoad> => {
  const args = ['--expose-gc', load, variant, `${rate}`, `${seconds}`];
  const { stdout } = await execute(process.execPath, args, { timeout: 120_000 });
  return JSON.parse(stdout) as WeldingLoad;
};

const corePercent = ({ nsPerSample, samplesPerSecond }: WeldingLoad): number =>
  (nsPerSample * samplesPerSecond) / 1e7;

/** In turns, so that whatever else the machine does hits program and reference alike. */
const inTurns = async (rate: number, options: { seconds: number; turns: number }) => {
  const programs: WeldingLoad[] = [];
  const counts: WeldingLoad[] = [];
  for (let turn = 0; turn < options.turns; turn += 1) {
    counts.push(await measure({ variant: 'counts', rate }, options.seconds));
    programs.push(await measure({ variant: 'program', rate }, options.seconds));
  }
  return {
    programs,
    ours: median(programs.map(corePercent)),
    reference: median(counts.map(corePercent)),
  };
};

/**
 * Every KPI that the welding line can have of its own signals, beside count, mean and extremes of every channel alone: at 20
 * seams of ten channels at 50 Hz, and at a hundred times that.
 */
export const rows: Rows = async ({ quick }) => {
  const options = { seconds: quick ? 1 : 4, turns: quick ? 1 : 3 };
  const common = { unit: '% of a core', better: 'less' } as const;
  const once = await inTurns(1, options);
  const hundred = await inTurns(100, options);
  const [first] = once.programs as [WeldingLoad];
  const collections = Math.max(...once.programs.map(({ frames }) => frames.collections));
  return [
    benchRow({
      name: 'Welding program, 20 seams x 10 channels x 50 Hz: processor',
      ...{ ...common, ours: once.ours, reference: once.reference, goal: { atMost: 0.5 } },
      note: `${first.kpis} KPIs, ${((once.ours * 1e7) / first.samplesPerSecond).toFixed(0)} ns a sample, ticks and all`,
    }),
    benchRow({
      name: 'Welding program, 100 times that rate: processor',
      ...{ ...common, ours: hundred.ours, reference: hundred.reference, goal: { atMost: 50 } },
    }),
    benchRow({
      name: 'Welding program: garbage collections while frames come',
      ours: collections,
      unit: 'collections',
      better: 'less',
      goal: { atMost: 0 },
      note: `${first.frames.samples} samples; ${first.bytesPerSample.toFixed(1)} bytes a sample with ticks`,
    }),
  ];
};
