import type { JsonObject } from '../plant.ts';
import { heatInputKjPerMm } from './physics.ts';

/** What really happened to one seam of one panel, exact, not quantised by any register. */
export class SeamTruth {
  arcEnergyJ = 0;
  arcOnSteps = 0;
  arcOnLengthMm = 0;
  seamLostSteps = 0;
  arcStarts = 0;
  #errors = new Float64Array(1024);
  #errorCount = 0;

  get heatInputKjPerMm(): number {
    return heatInputKjPerMm(this.arcEnergyJ, this.arcOnLengthMm);
  }

  addTrackingError(errorMm: number): void {
    if (this.#errorCount === this.#errors.length) {
      const grown = new Float64Array(2 * this.#errors.length);
      grown.set(this.#errors);
      this.#errors = grown;
    }
    this.#errors[this.#errorCount] = errorMm;
    this.#errorCount += 1;
  }

  summary(): JsonObject {
    const errors = this.#errors.slice(0, this.#errorCount).sort();
    let squares = 0;
    for (const error of errors) squares += error * error;
    return {
      arcEnergyJ: this.arcEnergyJ,
      arcOnSeconds: this.arcOnSteps / 10,
      arcOnLengthMm: this.arcOnLengthMm,
      arcStarts: this.arcStarts,
      heatInputKjPerMm: this.heatInputKjPerMm,
      seamLostSeconds: this.seamLostSteps / 10,
      tracking: {
        samples: errors.length,
        rmsMm: errors.length > 0 ? Math.sqrt(squares / errors.length) : 0,
        p95Mm: percentile(errors, 0.95),
        maxMm: errors.at(-1) ?? 0,
      },
    };
  }
}

/** By linear interpolation between order statistics (type 7); 0 without samples. */
export const percentile = (sorted: Float64Array, share: number): number => {
  if (sorted.length === 0) return 0;
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (place - below) * (high - low);
};
