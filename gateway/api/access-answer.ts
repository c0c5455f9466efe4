import type { FastifyReply } from 'fastify';
import { type AccessOutcome, type AccessRefusal, accessRefusals } from '../access/refusal.ts';
import { refuse } from './failure-answer.ts';

const statusOf: Readonly<Record<AccessRefusal, 400 | 404 | 409 | 429>> = {
  ...{ USER_EXISTS: 409, TOKEN_EXISTS: 409, LAST_ADMIN: 409, NOT_A_USER: 409, TOO_MANY: 409 },
  ...{ NO_USER: 404, NO_TOKEN: 404, NO_SESSION: 404 },
  ...{ PASSWORD_WEAK: 400, PASSWORD_WRONG: 409, TOO_SOON: 429 },
};

/** Answers with what came of it, or with why it was not done. */
export const answerOutcome = <Value, Answer>(
  reply: FastifyReply,
  outcome: AccessOutcome<Value>,
  present: (value: Value) => Answer,
): Answer | FastifyReply => {
  if (outcome.ok) return present(outcome.value);
  const { refusal } = outcome;
  return refuse(reply, statusOf[refusal], { code: refusal, words: accessRefusals[refusal] });
};
