import type { JsonObject } from '../../plant.ts';
import { heatInputKjPerMm } from '../physics.ts';
import { bandedSignals, procedureBands } from '../procedure.ts';
import { processes } from '../process.ts';
import type { TorchReadings } from '../readings.ts';
import { BandLength } from './band-length.ts';
import { type BinStep, SeamBins } from './bins.ts';
import { Statistic } from './statistic.ts';

const stepSeconds = 0.1;

/** What really happened to one seam of one panel, exact, not quantised by any register. */
export class SeamTruth {
  arcEnergyJ = 0;
  arcOnSteps = 0;
  arcOnLengthMm = 0;
  seamLostSteps = 0;
  seamLostLengthMm = 0;
  manualSteps = 0;
  interventions = 0;
  arcStarts = 0;
  /** Steps in which the seam was to be welded, with or without arc. */
  wantedSteps = 0;
  wireKg = 0;
  gasL = 0;
  readonly bins: SeamBins;
  readonly #thermalEfficiency: number;
  readonly #current = new Statistic();
  readonly #voltage = new Statistic();
  readonly #wireFeed = new Statistic();
  readonly #gasFlow = new Statistic();
  readonly #gap = new Statistic();
  readonly #slide = new Statistic();
  #errors = new Float64Array(1024);
  #errorCount = 0;
  #lateralSum = 0;

  readonly #bands: readonly BandLength[];

  constructor(panelLengthMm = 0, process = processes['135']) {
    this.#thermalEfficiency = process.thermalEfficiency;
    this.bins = new SeamBins(panelLengthMm, process.thermalEfficiency);
    const bands = procedureBands(process);
    this.#bands = bandedSignals.map((signal) => new BandLength(bands[signal]));
  }

  get heatInputKjPerMm(): number {
    return heatInputKjPerMm(this.arcEnergyJ, this.arcOnLengthMm, this.#thermalEfficiency);
  }

  /** A step with the arc on that ends at `positionMm` of true travel. */
  addArcStep(
    readings: TorchReadings,
    { positionMm, travelMm }: { positionMm: number; travelMm: number },
  ): void {
    const energyJ = readings.arcPowerW * stepSeconds;
    this.arcEnergyJ += energyJ;
    this.arcOnSteps += 1;
    this.arcOnLengthMm += travelMm;
    if (readings.isManual) this.manualSteps += 1;
    this.#current.add(readings.currentA);
    this.#voltage.add(readings.voltageV);
    this.#wireFeed.add(readings.wireFeedMPerMin);
    this.#gasFlow.add(readings.gasFlowLPerMin);
    this.#gap.add(readings.gapMm);
    for (const [index, signal] of bandedSignals.entries()) {
      this.#bands[index]?.add(readings[signal], travelMm);
    }
    this.#slide.add(readings.slideYMm);
    let errorMm: number | undefined;
    if (readings.seamFound) {
      errorMm = Math.hypot(readings.offsetYMm, readings.offsetZMm);
      this.addTrackingError(errorMm);
      this.#lateralSum += readings.offsetYMm;
    } else {
      this.seamLostSteps += 1;
      this.seamLostLengthMm += travelMm;
    }
    const step: BinStep = {
      currentA: readings.currentA,
      voltageV: readings.voltageV,
      energyJ,
      wireMm: (readings.wireFeedMPerMin / 0.06) * stepSeconds,
      seconds: stepSeconds,
      errorMm,
    };
    this.bins.add(positionMm - travelMm, travelMm, step);
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
      wantedSeconds: this.wantedSteps / 10,
      heatInputKjPerMm: this.heatInputKjPerMm,
      seamLostSeconds: this.seamLostSteps / 10,
      seamLostLengthMm: this.seamLostLengthMm,
      manualSeconds: this.manualSteps / 10,
      interventions: this.interventions,
      wireKg: this.wireKg,
      gasL: this.gasL,
      current: this.#current.summary(),
      voltage: this.#voltage.summary(),
      wireFeed: this.#wireFeed.summary(),
      gasFlow: this.#gasFlow.summary(),
      gap: this.#gap.summary(),
      outOfBandMm: Object.fromEntries(
        bandedSignals.map((signal, index) => [signal, this.#bands[index]?.outMm ?? 0]),
      ),
      slide: this.#slide.summary(),
      tracking: {
        samples: errors.length,
        rmsMm: errors.length > 0 ? Math.sqrt(squares / errors.length) : 0,
        p95Mm: percentile(errors, 0.95),
        maxMm: errors.at(-1) ?? 0,
        lateralBiasMm: errors.length > 0 ? this.#lateralSum / errors.length : 0,
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
