import type { sensedSignals, WeldFault } from '../../faults/weld-faults.ts';
import { streamKey, uniform } from '../noise.ts';
import type { TorchReadings } from '../readings.ts';
import type { Occurrence } from './occurrence.ts';

type SensorFault = Extract<WeldFault, { readonly kind: 'sensor' }>;
type Sensed = (typeof sensedSignals)[number];

/**
 * What wrong sensors make of the readings. It is put on after a step has been computed and taken
 * off before the next, so that neither the model nor its truth knows of it.
 */
export class SensorMasks {
  readonly #key: number;
  /** Readings as they are, of the torches that are masked. */
  readonly #true = new Map<TorchReadings, TorchReadings>();
  /** Readings of the moment at which a failure reached a torch. */
  readonly #held = new Map<Occurrence, Map<TorchReadings, TorchReadings>>();

  constructor(seed: number) {
    this.#key = streamKey(seed, 16);
  }

  lift(): void {
    for (const [readings, own] of this.#true) Object.assign(readings, own);
    this.#true.clear();
  }

  put(occurrences: readonly Occurrence[], torches: readonly TorchReadings[], step: number): void {
    for (const occurrence of this.#held.keys()) {
      if (!occurrence.isOn || !occurrences.includes(occurrence)) this.#held.delete(occurrence);
    }
    for (const occurrence of occurrences) {
      const { fault } = occurrence;
      const isLink = fault.kind === 'common-cause' && fault.cause === 'plc-link';
      if (!isLink && fault.kind !== 'sensor') continue;
      for (const [index, readings] of torches.entries()) {
        if (occurrence.stepsAt(index) < 0) continue;
        if (!this.#true.has(readings)) this.#true.set(readings, { ...readings });
        const held = this.#heldBy(occurrence, readings);
        if (fault.kind === 'sensor')
          this.#mask(readings, { fault, held, counter: step * 32 + index });
        else Object.assign(readings, held);
      }
    }
  }

  #heldBy(occurrence: Occurrence, readings: TorchReadings): TorchReadings {
    const ofTorches = this.#held.get(occurrence) ?? new Map<TorchReadings, TorchReadings>();
    this.#held.set(occurrence, ofTorches);
    const held = ofTorches.get(readings) ?? { ...readings };
    ofTorches.set(readings, held);
    return held;
  }

  #mask(
    readings: TorchReadings,
    { fault, held, counter }: { fault: SensorFault; held: TorchReadings; counter: number },
  ): void {
    const signal: Sensed = fault.signal;
    switch (fault.shows) {
      case 'frozen':
        readings[signal] = held[signal];
        break;
      case 'spikes':
        if (uniform(this.#key, counter) < fault.probability) readings[signal] += fault.by;
        break;
      case 'nan':
        readings[signal] = Number.NaN;
        break;
      case 'offset':
        readings[signal] += fault.by;
        break;
      case 'bad':
        readings[signal] = held[signal];
        readings.badSignals = new Set([...readings.badSignals, signal]);
        break;
    }
  }
}
