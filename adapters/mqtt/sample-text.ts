import type { ChannelSpec, GroupDirectory } from '../../gateway/core/point.ts';
import { absentStatus, isBad, type StatusCode, statusCodes } from '../../gateway/core/quality.ts';

/** Finds the text behind a dictionary id. */
export type TextLookup = Pick<GroupDirectory, 'text'>;

export const isText = (channel: ChannelSpec): boolean => channel.kind === 'string';

/**
 * The status to send with a sample. JSON has no NaN and no infinity, and an id without text has nothing to show: neither
 * may look like a good sample that happens to be null.
 */
export const sendableStatus = (
  sample: { readonly value: number; readonly status: StatusCode; readonly isText: boolean },
  lookup: TextLookup,
): StatusCode => {
  if (sample.status === absentStatus || isBad(sample.status)) return sample.status;
  if (!Number.isFinite(sample.value)) return statusCodes.badOutOfRange;
  if (sample.isText && lookup.text(sample.value) === undefined) {
    return statusCodes.badDataUnavailable;
  }
  return sample.status;
};

/** Whether a sample with this (sendable) status has a value to show; otherwise `null` is sent. */
export const hasValue = (status: StatusCode): boolean => status >>> 30 < 2;
