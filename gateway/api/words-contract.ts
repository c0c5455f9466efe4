import { z } from 'zod';

/** What is for people, in both languages. */
export const localText = z.object({ en: z.string(), zh: z.string() });
