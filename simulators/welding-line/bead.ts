import { ArNoise, streamKey } from './noise.ts';
import type { WeldingProcess } from './process.ts';
import type { TorchReadings } from './readings.ts';

const slowSteps = 10;
/** Of the wire, the rest is spatter and fume; and area of the reinforcement over that of the triangle below it. */
const depositShare = 0.97;
const reinforcementShare = 0.1;
const noiseMm = 0.05;

/**
 * The scanner behind the torch, which measures the leg of the bead once a second. It sees nothing without a weld, and none under
 * flux. What it gives is that of the wire of its second: a leg of the fillet of 45 degrees that this wire makes.
 */
export class BeadScanner {
  readonly #noise: ArNoise;

  constructor(seed: number, index: number) {
    this.#noise = new ArNoise(streamKey(seed, 21, index), noiseMm);
  }

  look(
    machine: { readonly step: number; readonly travelMm: number; readonly process: WeldingProcess },
    readings: TorchReadings,
  ): void {
    const { step, travelMm, process } = machine;
    if (!readings.arcOn || travelMm <= 0 || process.fluxPerWireKg > 0) {
      readings.beadLegMm = Number.NaN;
      return;
    }
    if (step % slowSteps !== 0 && !Number.isNaN(readings.beadLegMm)) return;
    const wireMm = (readings.wireFeedMPerMin / 0.06) * 0.1;
    const wireMm2 = (Math.PI / 4) * process.wireDiameterMm ** 2;
    const areaMm2 = (wireMm2 * wireMm * depositShare) / travelMm;
    const legMm = Math.sqrt((2 * areaMm2) / (1 + reinforcementShare));
    readings.beadLegMm = Math.max(0, legMm + this.#noise.next(step));
  }
}
