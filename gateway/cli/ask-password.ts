import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Kit } from './kit.ts';
import { UsageError } from './option-values.ts';

/** What is typed is not shown. */
const silent = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

const asked = async (question: string): Promise<string> => {
  process.stderr.write(question);
  const prompt = createInterface({ input: process.stdin, output: silent(), terminal: true });
  try {
    return await prompt.question('');
  } finally {
    prompt.close();
    process.stderr.write('\n');
  }
};

const firstLine = async (): Promise<string> => {
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) return line;
  return '';
};

/**
 * A new password: typed twice at a terminal, else the first line of stdin. Never an argument, which all of the machine can
 * see. @throws UsageError when both differ or there is none
 */
export const askPassword = async ({ text }: Kit): Promise<string> => {
  if (!process.stdin.isTTY) {
    const password = await firstLine();
    if (password === '') throw new UsageError(text.accessNoPassword);
    return password;
  }
  const password = await asked(text.accessPassword);
  if (password !== (await asked(text.accessPasswordAgain))) {
    throw new UsageError(text.accessPasswordsDiffer);
  }
  return password;
};
