import { statusCodes } from '../../gateway/core/quality.ts';
import type { GroupFrame } from '../shared/group-frame.ts';
import { readDigits, readTime } from './field-format.ts';
import type { FieldLayout, ReadLayout } from './meter-layout.ts';

/** Puts what an answer says into the frame of its group. `intern` is that of the source's context. */
export const decodeRead = (
  read: ReadLayout,
  data: Uint8Array,
  target: { readonly frame: GroupFrame; intern(text: string): number },
): void => {
  const { frame } = target;
  // A single value of another length has another meaning; a block may have fewer or more tariffs.
  if (!read.isBlock && data.length !== read.bytes) {
    const channels = read.fields.map(({ channel }) => channel);
    frame.fail(channels, statusCodes.badDecodingError);
    return;
  }
  for (const field of read.fields) {
    if (field.at + field.bytes > data.length) {
      frame.fail([field.channel], statusCodes.badNotSupported);
    } else {
      decodeField(field, data.subarray(field.at, field.at + field.bytes), target);
    }
  }
};

const decodeField = (
  field: FieldLayout,
  bytes: Uint8Array,
  { frame, intern }: { readonly frame: GroupFrame; intern(text: string): number },
): void => {
  const { channel, isTime, isSigned, factor, divisor } = field;
  const read = isTime ? readTime(bytes) : readDigits(bytes, isSigned);
  if ('status' in read) {
    frame.fail([channel], read.status);
    return;
  }
  const value = 'text' in read ? intern(read.text) : (read.digits * factor) / divisor;
  if ('text' in read && value < 1) {
    frame.fail([channel], statusCodes.badResourceUnavailable);
    return;
  }
  frame.values[channel] = value;
  frame.status[channel] = statusCodes.good;
};
