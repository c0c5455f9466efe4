import { z } from 'zod';
import { expectedWords } from '../core/input-words.ts';

/** Values of query parameters, which are all text; what is not written as a number is none, and empty is not 0. */

const decimal = /^-?\d{1,20}(\.\d{1,20})?$/;

const numberOf = (text: unknown): unknown =>
  typeof text === 'string' && decimal.test(text) ? Number(text) : text;

/** Numbers that count from 1. */
export const ordinal = z.preprocess(numberOf, z.int().min(1));

/** How many to answer. The default stands inside, where the OpenAPI document has it, too. */
export const limit = (unlessGiven: number, most: number, least = 1) =>
  z.preprocess(numberOf, z.int().min(least).max(most).default(unlessGiven));

/** Only what has a higher number; everything unless given. */
export const above = z.preprocess(numberOf, z.int().min(0).default(0));

/** The furthest that a date can be. */
const lastInstantMs = 8.64e15;

/** UTC epoch ms. */
export const instantMs = z.preprocess(numberOf, z.number().min(0).max(lastInstantMs));

/** Of paths that take no parameters. */
export const noQuery = z.strictObject({});

type Times = { readonly fromMs?: number | undefined; readonly toMs?: number | undefined };

export const endsAfterStart = ({ fromMs, toMs }: Times): boolean =>
  fromMs === undefined || toMs === undefined || toMs > fromMs;

/** What is wrong where a time does not end after its start. */
export const wrongOrder = {
  path: ['toMs'],
  error: expectedWords({ en: 'an instant after fromMs', zh: '晚于 fromMs 的时刻' }),
};
