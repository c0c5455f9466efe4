import type { JsonObject } from '../../plant.ts';
import { heatInputKjPerMm } from '../physics.ts';

export const binMm = 10;
/** Sums of one bin: mm with arc, s with arc, A s, V s, J, mm of wire, mm with arc and without seam, greatest error in mm. */
const fields = 8;

/** What one step adds to a seam. */
export type BinStep = {
  readonly currentA: number;
  readonly voltageV: number;
  readonly energyJ: number;
  readonly wireMm: number;
  readonly seconds: number;
  /** Undefined while the seam is lost. */
  readonly errorMm: number | undefined;
};

/** Truth of one seam in bins of 10 mm of true travel; a step over an edge is shared by length. */
export class SeamBins {
  #sums = new Float64Array(0);
  readonly #thermalEfficiency: number;

  constructor(panelLengthMm: number, thermalEfficiency: number) {
    this.#sums = new Float64Array(fields * Math.ceil(panelLengthMm / binMm));
    this.#thermalEfficiency = thermalEfficiency;
  }

  add(fromMm: number, travelMm: number, step: BinStep): void {
    const toMm = fromMm + travelMm;
    const first = Math.floor(fromMm / binMm);
    const edge = (first + 1) * binMm;
    if (toMm <= edge || travelMm <= 0) {
      this.#addShare(first, travelMm, 1, step);
      return;
    }
    const share = (edge - fromMm) / travelMm;
    this.#addShare(first, edge - fromMm, share, step);
    this.add(edge, toMm - edge, scaled(step, 1 - share));
  }

  /** Columns over the bins in which an arc burnt; `x` is where each begins. */
  summary(): JsonObject {
    const columns = {
      x: [] as number[],
      arcOnMm: [] as number[],
      currentA: [] as number[],
      voltageV: [] as number[],
      heatInputKjPerMm: [] as number[],
      wireFeedMPerMin: [] as number[],
      lostMm: [] as number[],
      trackingMaxMm: [] as number[],
    };
    for (let at = 0; at < this.#sums.length; at += fields) {
      const [
        lengthMm = 0,
        seconds = 0,
        charge = 0,
        volts = 0,
        energyJ = 0,
        wireMm = 0,
        lost = 0,
        most = 0,
      ] = this.#sums.subarray(at, at + fields);
      if (seconds === 0) continue;
      columns.x.push((at / fields) * binMm);
      columns.arcOnMm.push(lengthMm);
      columns.currentA.push(charge / seconds);
      columns.voltageV.push(volts / seconds);
      columns.heatInputKjPerMm.push(heatInputKjPerMm(energyJ, lengthMm, this.#thermalEfficiency));
      columns.wireFeedMPerMin.push((wireMm / seconds) * 0.06);
      columns.lostMm.push(lost);
      columns.trackingMaxMm.push(most);
    }
    return columns;
  }

  #addShare(bin: number, lengthMm: number, share: number, step: BinStep): void {
    const sums = this.#sums;
    // The step in which the panel ends may go beyond its length.
    const at = Math.min(bin * fields, sums.length - fields);
    const seconds = step.seconds * share;
    sums[at] = (sums[at] as number) + lengthMm;
    sums[at + 1] = (sums[at + 1] as number) + seconds;
    sums[at + 2] = (sums[at + 2] as number) + step.currentA * seconds;
    sums[at + 3] = (sums[at + 3] as number) + step.voltageV * seconds;
    sums[at + 4] = (sums[at + 4] as number) + step.energyJ * share;
    sums[at + 5] = (sums[at + 5] as number) + step.wireMm * share;
    if (step.errorMm === undefined) sums[at + 6] = (sums[at + 6] as number) + lengthMm;
    else if (step.errorMm > (sums[at + 7] as number)) sums[at + 7] = step.errorMm;
  }
}

const scaled = (step: BinStep, share: number): BinStep => ({
  ...step,
  energyJ: step.energyJ * share,
  wireMm: step.wireMm * share,
  seconds: step.seconds * share,
});
