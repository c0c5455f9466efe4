import { z } from 'zod';
import {
  observationIndex,
  pushLeastSquares,
  reserveLeastSquares,
  resetLeastSquares,
  solveLeastSquares,
} from '../../hot-path/operators/least-squares.ts';
import type { Step } from '../../hot-path/program.ts';
import { valueCell } from '../../hot-path/slot.ts';
import { defineKpi, type KpiContext } from '../definition.ts';
import { finishParts, finishResult } from '../result.ts';
import { panelWindowOfTierA } from '../window.ts';
import { type Profiles, profileInputs, reserveProfiles } from './profiles.ts';

const parametersSchema = z.strictObject({
  /** Which of the three the contract means. */
  definition: z.enum(['datum', 'flatness', 'bow']).default('datum'),
  /** What the contract allows, mm. */
  limitMm: z.number().positive().max(1000).default(6),
  /** Between the first and the last column of the profile, mm. */
  widthMm: z.number().positive().max(10_000).default(300),
});

/** Columns of the plane: 1, x, y; x and y in m, so that all are of one size. */
const mmPerM = 1000;

/** Keeps max |z| and the plane up to date, profile by profile. */
const reservePlane = (
  context: KpiContext<z.infer<typeof parametersSchema>>,
  profiles: Profiles,
) => {
  const fit = reserveLeastSquares(context, 3);
  const datumIndex = context.reserve(1);
  const plane = context.reserve(3);
  const pitchMm = context.parameters.widthMm / Math.max(1, profiles.columns - 1);
  const acrossM = (column: number): number =>
    (column * pitchMm - context.parameters.widthMm / 2) / mmPerM;

  const reset: Step = (memory) => {
    memory[datumIndex] = 0;
    resetLeastSquares(memory, fit);
  };
  const push = (memory: Float64Array, profile: number): void => {
    const observation = observationIndex(fit);
    for (let column = 0; column < profiles.columns; column++) {
      const height = memory[profiles.heightOf(profile, column)] as number;
      if (Number.isNaN(height)) continue;
      memory[datumIndex] = Math.max(memory[datumIndex] as number, Math.abs(height));
      memory[observation] = 1;
      memory[observation + 1] = (memory[profiles.placeOf(profile)] as number) / mmPerM;
      memory[observation + 2] = acrossM(column);
      memory[observation + 3] = height;
      pushLeastSquares(memory, fit);
    }
  };
  /** Largest less smallest height above the plane of all points so far; not finite while they make up no plane. */
  const readFlatness = (memory: Float64Array, out: number): void => {
    memory[out] = Number.NaN;
    if (profiles.columns < 2 || (memory[profiles.countIndex] as number) < 2) return;
    solveLeastSquares(memory, fit, plane);
    let lowest = Number.POSITIVE_INFINITY;
    let highest = Number.NEGATIVE_INFINITY;
    for (let profile = 0; profile < (memory[profiles.countIndex] as number); profile++) {
      const alongM = (memory[profiles.placeOf(profile)] as number) / mmPerM;
      const middle = (memory[plane] as number) + (memory[plane + 1] as number) * alongM;
      for (let column = 0; column < profiles.columns; column++) {
        const height = memory[profiles.heightOf(profile, column)] as number;
        if (Number.isNaN(height)) continue;
        const above = height - middle - (memory[plane + 2] as number) * acrossM(column);
        lowest = Math.min(lowest, above);
        highest = Math.max(highest, above);
      }
    }
    memory[out] = highest - lowest;
  };
  return { datumIndex, reset, push, readFlatness };
};

/** Largest distance of the middle line (mean of each profile) from the chord between its ends. */
export const readBow = (memory: Float64Array, profiles: Profiles, out: number): void => {
  const count = memory[profiles.countIndex] as number;
  if (count < 2) {
    memory[out] = Number.NaN;
    return;
  }
  const last = count - 1;
  const fromMm = memory[profiles.placeOf(0)] as number;
  const fromZ = memory[profiles.meanOf(0)] as number;
  const rise =
    ((memory[profiles.meanOf(last)] as number) - fromZ) /
    ((memory[profiles.placeOf(last)] as number) - fromMm);
  let largest = 0;
  for (let profile = 1; profile < last; profile++) {
    const chord = fromZ + rise * ((memory[profiles.placeOf(profile)] as number) - fromMm);
    largest = Math.max(largest, Math.abs((memory[profiles.meanOf(profile)] as number) - chord));
  }
  memory[out] = largest;
};

/**
 * How far the panel is from straight, by three definitions; the value is the one that the contract means. The plane is kept up
 * to date profile by profile; the residuals are looked through when a profile came, not at every tick.
 */
export const deformation = defineKpi({
  id: 'deformation',
  version: 3,
  equipmentClass: 'weld_line',
  point: 'deformation',
  unit: 'mm',
  decimals: 2,
  description: { en: 'Deformation of the panel so far', zh: '当前管屏变形量' },
  formula: {
    en: 'by `definition`: datum max |z|; flatness max - min residual to the least-squares plane; bow max distance of the middle line from the chord of its ends',
    zh: '按 definition 取：datum 为 max |z|；flatness 为对最小二乘平面残差的最大值减最小值；bow 为中线到两端连线的最大距离',
  },
  standard: {
    en: 'flatness: ISO 12781-1 (least-squares reference plane), ISO 1101; datum and bow: own definition',
    zh: '平面度：ISO 12781-1（最小二乘基准平面）、ISO 1101；基准高度与弯曲：本项目定义',
  },
  window: panelWindowOfTierA,
  windowRule: { en: 'the current panel', zh: '当前管屏' },
  coverageRule: 'time with measured profiles / elapsed time since the first profile of the panel',
  inputs: profileInputs,
  parts: {
    datum: { decimals: 2, description: { en: 'against the machine datum', zh: '相对机床基准' } },
    flatness: { decimals: 2, description: { en: 'flatness', zh: '平面度' } },
    bow: { decimals: 2, description: { en: 'bow', zh: '弯曲' } },
    margin: {
      decimals: 2,
      description: { en: 'left of what the contract allows', zh: '距合同允许值的余量' },
    },
  },
  parametersSchema,
  build: (context) => {
    const profiles = reserveProfiles(context);
    const plane = reservePlane(context, profiles);
    const parts = ['datum', 'flatness', 'bow', 'margin'].map((name) => context.part(name));
    const cellOf = (name: string): number => context.part(name) + valueCell;
    const [datumCell, flatnessCell] = [cellOf('datum'), cellOf('flatness')];
    const [bowCell, marginCell] = [cellOf('bow'), cellOf('margin')];
    const contractCell = cellOf(context.parameters.definition);
    const epochIndex = context.reserve(1);
    const doneIndex = context.reserve(1);
    /** Datum, flatness and bow as of the newest profile. */
    const known = context.reserve(3);

    const update: Step = (memory) => {
      profiles.update(memory);
      if (memory[epochIndex] !== memory[profiles.epochIndex]) {
        memory[epochIndex] = memory[profiles.epochIndex] as number;
        memory[doneIndex] = 0;
        plane.reset(memory);
      }
      const count = memory[profiles.countIndex] as number;
      if (memory[doneIndex] === count) return;
      for (let profile = memory[doneIndex] as number; profile < count; profile++) {
        plane.push(memory, profile);
      }
      memory[doneIndex] = count;
      memory[known] = memory[plane.datumIndex] as number;
      plane.readFlatness(memory, known + 1);
      readBow(memory, profiles, known + 2);
    };

    context.onTick((memory) => {
      update(memory);
      const isAny = (memory[doneIndex] as number) > 0;
      memory[datumCell] = isAny ? (memory[known] as number) : Number.NaN;
      memory[flatnessCell] = isAny ? (memory[known + 1] as number) : Number.NaN;
      memory[bowCell] = isAny ? (memory[known + 2] as number) : Number.NaN;
      memory[context.value + valueCell] = memory[contractCell] as number;
      memory[marginCell] = context.parameters.limitMm - (memory[contractCell] as number);
      profiles.readCoverage(memory, context.coverage + valueCell);
      finishResult(memory, context, profiles.uncertainIndex);
      finishParts(memory, context.value, parts);
    });
  },
});
