import type { GatewayError } from '../../gateway/core/error.ts';
import type { GroupFrame } from '../shared/group-frame.ts';
import { MemberRetry } from '../shared/member-retry.ts';
import type { DecodeProgram } from './decode.ts';
import type { DeviceClock } from './device-clock.ts';
import type { ReadReceiver, ReadRequest, Transport } from './transport.ts';

/** What one read brings to one group. */
export type ReadPart = {
  readonly frame: GroupFrame;
  readonly channels: readonly number[];
  readonly program: DecodeProgram;
  /** Channels that this device does not have. */
  readonly absent: readonly number[];
  readonly clock: DeviceClock | undefined;
  /** Byte places of the two copies of the sequence number. */
  readonly tornReadCheck: readonly [number, number] | undefined;
};

export interface ReadOwner {
  readAnswered(read: BlockRead, buffer: Buffer, offset: number): void;
  readFailed(read: BlockRead, error: GatewayError): void;
}

export type BlockReadOptions = Pick<BlockRead, 'request' | 'parts' | 'task'> & {
  readonly name: string;
};

/** One planned read of one device, made once and sent in every cycle of its task. */
export class BlockRead implements ReadReceiver {
  readonly request: ReadRequest;
  readonly parts: readonly ReadPart[];
  /** Index into the tasks of the member. */
  readonly task: number;
  readonly retry: MemberRetry;
  /** Monotonic: left alone until then. */
  resumeMs = Number.NEGATIVE_INFINITY;
  /** Monotonic: when it was handed to the transport last, where it may still wait for those before it. */
  sentMs = 0;
  tornReads = 0;
  protected readonly owner: ReadOwner;

  constructor(owner: ReadOwner, options: BlockReadOptions) {
    this.owner = owner;
    this.request = options.request;
    this.parts = options.parts;
    this.task = options.task;
    this.retry = new MemberRetry({ name: options.name });
  }

  send(transport: Transport): void {
    transport.read(this.request, this);
  }

  answered(buffer: Buffer, offset: number): void {
    this.owner.readAnswered(this, buffer, offset);
  }

  failed(error: GatewayError): void {
    this.owner.readFailed(this, error);
  }

  isTorn(buffer: Buffer, offset: number): boolean {
    for (const { tornReadCheck } of this.parts) {
      if (tornReadCheck === undefined) continue;
      const [first, second] = tornReadCheck;
      if (buffer.readUInt16BE(offset + first) !== buffer.readUInt16BE(offset + second)) return true;
    }
    return false;
  }
}
