import type { JsonObject } from '../../plant.ts';
import type { ProfileReadings } from '../readings.ts';

/** All frames of one panel, as measured, and what the panel was heading for at each. */
export class ProfileTruth {
  readonly #x: number[] = [];
  readonly #z: (readonly number[])[] = [];
  readonly #bowMm: number[] = [];

  add({ positionMm, zMm }: ProfileReadings, bowMm: number): void {
    this.#x.push(positionMm);
    this.#z.push([...zMm]);
    this.#bowMm.push(bowMm);
  }

  summary(): JsonObject {
    return { x: [...this.#x], z: [...this.#z], bowMm: [...this.#bowMm] };
  }
}
