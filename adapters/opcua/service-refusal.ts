import type { StatusCode } from '../../gateway/core/quality.ts';

/** What a server says of a whole request that it will not do, though the connection is well. */
export type ServiceRefusal = {
  readonly status: StatusCode;
  /** Whether it was the number of items, not what they are. */
  readonly isTooMuch: boolean;
};

/** OPC UA Part 4 §7.39: a request in smaller pieces may do. */
const tooMuch = new Set([
  'BadTooManyOperations',
  'BadRequestTooLarge',
  'BadResponseTooLarge',
  'BadEncodingLimitsExceeded',
  'BadTcpMessageTooLarge',
]);

/** Codes about the session, the channel, the subscription or the server itself: every other request would meet them, too. */
const aboutConnection = new Set([
  'BadSessionIdInvalid',
  'BadSessionClosed',
  'BadSessionNotActivated',
  'BadSecureChannelIdInvalid',
  'BadSecureChannelClosed',
  'BadSecureChannelTokenUnknown',
  'BadSubscriptionIdInvalid',
  'BadNoSubscription',
  'BadServiceUnsupported',
  'BadConnectionClosed',
  'BadCommunicationError',
  'BadServerHalted',
  'BadServerNotConnected',
  'BadShutdown',
  'BadTimeout',
]);

type FaultLike = {
  readonly response?: {
    readonly responseHeader?: {
      readonly serviceResult?: { readonly name: string; readonly value: number };
    };
  };
  readonly cause?: unknown;
};

/** What the server refused, or undefined when the failure is not an answer of the server to just this request. */
export const serviceRefusal = (error: unknown): ServiceRefusal | undefined => {
  if (typeof error !== 'object' || error === null) return undefined;
  const { response, cause } = error as FaultLike;
  const result = response?.responseHeader?.serviceResult;
  if (result === undefined) return serviceRefusal(cause);
  if (aboutConnection.has(result.name)) return undefined;
  return { status: result.value >>> 0, isTooMuch: tooMuch.has(result.name) };
};
