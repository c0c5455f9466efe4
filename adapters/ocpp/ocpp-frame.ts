import { z } from 'zod';

/** Message types of OCPP-J 1.6 §4.1. A CALL (2) of our own would be a command, so there is no way to make one here. */
const call = 2;
const callResult = 3;
const callError = 4;

/** Error codes of OCPP-J 1.6 §4.2.3 that are given here, as the errata spell them. */
export type CallErrorCode =
  | 'NotImplemented'
  | 'InternalError'
  | 'ProtocolError'
  | 'FormationViolation';

export type Answer =
  | { readonly ok: true; readonly payload: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly code: CallErrorCode; readonly description: string };

export type ReadFrame =
  | {
      readonly kind: 'call';
      readonly messageId: string;
      readonly action: string;
      readonly payload: unknown;
    }
  /** An answer, though nothing was asked. */
  | { readonly kind: 'answer' }
  /** `messageId`: whom an error can be told to, where that could be read. */
  | { readonly kind: 'malformed'; readonly messageId: string | undefined };

const messageId = z.string().min(1).max(128);
const callSchema = z.tuple([z.literal(call), messageId, z.string().min(1).max(64), z.unknown()]);
const answerSchema = z.tuple([z.literal([callResult, callError])], z.unknown());
const anyCallSchema = z.tuple([z.literal(call), messageId], z.unknown());

export const readFrame = (text: string): ReadFrame => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'malformed', messageId: undefined };
  }
  const whole = callSchema.safeParse(value);
  if (whole.success) {
    const [, id, action, payload] = whole.data;
    return { kind: 'call', messageId: id, action, payload };
  }
  if (answerSchema.safeParse(value).success) return { kind: 'answer' };
  const part = anyCallSchema.safeParse(value);
  return { kind: 'malformed', messageId: part.success ? part.data[1] : undefined };
};

/** The text that answers a call. */
export const writeAnswer = (id: string, answer: Answer): string =>
  answer.ok
    ? JSON.stringify([callResult, id, answer.payload])
    : JSON.stringify([callError, id, answer.code, answer.description, {}]);
