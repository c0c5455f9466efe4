import type { LatestValues } from '../../runtime/latest-values.ts';
import type { GatewayView } from '../../runtime/view.ts';
import { presentValue } from '../present.ts';

/** The newest value of each point as it goes over the wire: made once for each sample that anybody is sent, for all clients. */
export class EncodedValues {
  readonly latest: LatestValues;
  readonly #view: GatewayView;
  readonly #texts: string[];
  /** What each text was made of; -1 before the first. */
  readonly #revisions: Float64Array;

  constructor(view: GatewayView) {
    this.#view = view;
    this.latest = view.latest;
    const { length } = this.latest.points;
    this.#texts = new Array<string>(length).fill('');
    this.#revisions = new Float64Array(length).fill(-1);
  }

  /** `[number,time,value,status]` */
  text(index: number): string {
    const revision = this.latest.revisionOf(index);
    if (revision === this.#revisions[index]) return this.#texts[index] as string;
    const { timeMs, value, status } = presentValue(this.#view, index);
    const { pointNumber } = this.latest.at(index);
    const shown = typeof value === 'string' ? JSON.stringify(value) : String(value);
    const text = `[${pointNumber},${timeMs},${shown},${status}]`;
    this.#revisions[index] = revision;
    this.#texts[index] = text;
    return text;
  }
}
