import { Buffer } from 'node:buffer';
import { BlockRead, type BlockReadOptions, type ReadOwner } from '../block-read.ts';
import { ModelMoved } from '../error-status.ts';
import type { ReadRequest, Transport } from '../transport.ts';
import { holds, type ModelPlan, requestsOf, type Segment } from './model-plan.ts';

type Step = { readonly request: ReadRequest; readonly segment: Segment };

export type ModelReadOptions = BlockReadOptions & {
  readonly plan: ModelPlan;
  /** What stood there when the models were walked. */
  readonly model: {
    readonly id: number;
    readonly address: number;
    readonly length: number;
  };
};

/**
 * Reads a SunSpec model by one request, or by several in a row whose registers are put together before anything is
 * decoded. Scale factors that another request brought are read again after each, and when they have changed in between,
 * all of it is torn: a value and the factor of another moment are never put together.
 */
export class ModelRead extends BlockRead {
  readonly #steps: readonly Step[];
  readonly #model: ModelReadOptions['model'];
  /** The model from its id on, as far as it is read. */
  readonly #data: Buffer;
  readonly #hasHeader: boolean;
  #transport: Transport | undefined;
  readonly #scaleFactors: Segment | undefined;
  #next = 0;
  #hasScaleFactors = false;
  #isTorn = false;

  constructor(owner: ReadOwner, options: ModelReadOptions) {
    super(owner, options);
    const { plan, model, request } = options;
    const end = Math.max(0, ...plan.segments.map(({ at, length }) => at + length));
    this.#model = model;
    this.#scaleFactors = plan.scaleFactors;
    this.#data = Buffer.alloc(end * 2);
    this.#hasHeader = plan.segments[0]?.at === 0;
    this.#steps = requestsOf(plan).map((segment) => ({
      segment,
      request: {
        ...request,
        address: model.address + segment.at,
        quantity: segment.length,
      },
    }));
  }

  override send(transport: Transport): void {
    this.#transport = transport;
    this.#next = 0;
    this.#hasScaleFactors = false;
    this.#isTorn = false;
    this.#ask();
  }

  override answered(buffer: Buffer, offset: number): void {
    const step = this.#steps[this.#next];
    if (step === undefined) return;
    const { segment } = step;
    this.#compare(segment, buffer, offset);
    buffer.copy(this.#data, segment.at * 2, offset, offset + segment.length * 2);
    this.#next += 1;
    if (!this.#isTorn && this.#next < this.#steps.length) this.#ask();
    else this.#end();
  }

  override isTorn(): boolean {
    return this.#isTorn;
  }

  /** Scale factors that come once more must be what they were: what was read before stands beside them in the data. */
  #compare(segment: Segment, buffer: Buffer, offset: number): void {
    const factors = this.#scaleFactors;
    if (factors === undefined) return;
    const from = Math.max(factors.at, segment.at);
    const end = Math.min(factors.at + factors.length, segment.at + segment.length);
    if (from >= end) return;
    if (this.#hasScaleFactors) {
      const at = offset + (from - segment.at) * 2;
      const size = (end - from) * 2;
      const isSame = buffer.compare(this.#data, from * 2, end * 2, at, at + size) === 0;
      this.#isTorn ||= !isSame;
    }
    this.#hasScaleFactors ||= holds(segment, factors);
  }

  #ask(): void {
    const step = this.#steps[this.#next];
    if (step !== undefined) this.#transport?.read(step.request, this);
  }

  #end(): void {
    const { id, length, address } = this.#model;
    const isMoved =
      this.#hasHeader &&
      (this.#data.readUInt16BE(0) !== id || this.#data.readUInt16BE(2) !== length);
    if (isMoved) this.owner.readFailed(this, new ModelMoved({ id, address }));
    else this.owner.readAnswered(this, this.#data, 0);
  }
}
