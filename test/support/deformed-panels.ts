/**
 * Panels bent by the physics of the welding line, without the line: the heat of 20 torches with its noise, offsets and drift
 * gives the curvature of each 50 mm (Okerblom), curvature integrated twice the shape, and the profile sensor measures it.
 * A panel is a pure function of its seed.
 */
import { normal, smooth, streamKey, uniform } from '../../simulators/welding-line/noise.ts';
import { panelCurvature } from '../../simulators/welding-line/physics.ts';

export const panelLengthMm = 18_000;
export const profileStepMm = 50;
export const columns = 12;
const profileCount = panelLengthMm / profileStepMm;
const torches = 10;
/** Heat of one seam, J/mm. */
const seamHeat = 358.8;
/** Share of the free curvature that hold-down and gravity leave. */
const releasedShare = 0.08;
const sensorSigmaMm = 0.08;
/** Standard deviations, relative to the heat of a torch. */
const spread = {
  /** Of the setting of the back face, by panel, about -2 %. */
  setting: 0.015,
  /** Of each torch, by panel: tip, cable, stick-out. */
  torch: 0.005,
  /** To which a torch drifts over the panel. */
  drift: 0.01,
  /** Of the mean over 50 mm (37.5 readings of 100 ms) of power with sigma 80 W of 5920 W and phi 0.8. */
  noise: (80 / 5920) * Math.sqrt((1 + 0.8) / (1 - 0.8) / 37.5),
} as const;

/** Height in mm of the waviness of one column; wavier than the simulated line, whose panels are not the only ones. */
const wavinessMm = (key: number, column: number, xMm: number): number =>
  0.25 * smooth(streamKey(key, column >> 2), xMm / 2000);

export type DeformedPanel = {
  /** Where the profiles were taken, mm. */
  readonly xMm: Float64Array;
  /** Heights, `columns` a profile, mm. */
  readonly zMm: Float64Array;
};

/** Heat of one face, J/mm, by profile. */
const faceHeat = (key: number, setting: number): Float64Array => {
  const heat = new Float64Array(profileCount).fill(0);
  for (let torch = 0; torch < torches; torch++) {
    const own = streamKey(key, torch);
    let level = 1 + setting + spread.torch * normal(own, -1);
    for (let index = 0; index < profileCount; index++) {
      level += (spread.drift / Math.sqrt(profileCount)) * normal(own, 2 * index);
      const value = level + spread.noise * normal(own, 2 * index + 1);
      heat[index] = (heat[index] as number) + seamHeat * value;
    }
  }
  return heat;
};

/** Height of the middle line at each profile, mm, against a datum through both ends. */
const shape = (key: number): Float64Array => {
  const setting = -0.02 + spread.setting * normal(key, 1);
  const front = faceHeat(streamKey(key, 2), 0);
  const back = faceHeat(streamKey(key, 3), setting);
  const heights = new Float64Array(profileCount);
  let slope = 0;
  let height = 0;
  for (let index = 0; index < profileCount; index++) {
    const difference = (front[index] as number) - (back[index] as number);
    const turn = panelCurvature(difference, releasedShare) * profileStepMm;
    height += (slope + turn / 2) * profileStepMm;
    slope += turn;
    heights[index] = height;
  }
  return heights.map((value, index) => value - (height * (index + 1)) / profileCount);
};

export const deformedPanel = (seed: number): DeformedPanel => {
  const key = streamKey(seed, 77);
  const heights = shape(key);
  const noise = streamKey(key, 4);
  // The waviness comes from the mill: it knows nothing of where the panel begins.
  const phaseMm = 2000 * uniform(key, 6);
  const twistMm = 0.4 * (uniform(key, 5) - 0.5);
  const xMm = Float64Array.from(heights, (_, index) => (index + 1) * profileStepMm);
  const zMm = new Float64Array(profileCount * columns);
  for (let at = 0; at < zMm.length; at++) {
    const profile = Math.floor(at / columns);
    const column = at % columns;
    const across = (2 * column) / (columns - 1) - 1;
    const x = xMm[profile] as number;
    const own = (twistMm * across * x) / panelLengthMm + 0.15 * across * across;
    const exact = (heights[profile] as number) + own + wavinessMm(key, column, x + phaseMm);
    zMm[at] = Math.round((exact + sensorSigmaMm * normal(noise, at)) * 100) / 100;
  }
  return { xMm, zMm };
};
