import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { z } from 'zod';
import { describeError } from '../core/error.ts';
import { askGateway, gatewayUrl } from './ask-gateway.ts';
import { exitCodes } from './composition.ts';
import type { Kit } from './kit.ts';
import { UsageError } from './option-values.ts';

type Options = { readonly url?: string | undefined; readonly json?: boolean | undefined };

/** What the running gateway answers, as far as it is used here. */
const outcomes = z.object({
  messages: z.array(
    z.looseObject({
      outcome: z.enum(['accepted', 'duplicate', 'refused']),
      code: z.string().nullable(),
      words: z.object({ en: z.string(), zh: z.string() }).nullable(),
      notes: z.array(
        z.object({ code: z.string(), words: z.object({ en: z.string(), zh: z.string() }) }),
      ),
    }),
  ),
});

type Line = { readonly number: number; readonly message: unknown; readonly length: number };
type Refused = {
  readonly line: number;
  readonly code: string;
  readonly words: { readonly en: string; readonly zh: string };
};
type Report = {
  readonly accepted: number;
  readonly duplicate: number;
  readonly refused: readonly Refused[];
  /** Of messages that were taken all the same. */
  readonly notes: readonly Refused[];
};

const mostMessages = 200;
/** Well within what a request may hold. */
const mostLength = 1_000_000;

const notJson = (line: number, error: unknown): Refused => ({
  line,
  code: 'MALFORMED',
  words: { en: `not JSON: ${describeError(error)}`, zh: `不是 JSON：${describeError(error)}` },
});

/** The messages of a file, a request's worth at a time; what is no JSON is told to `refuse`. @throws UsageError */
async function* batchesOf(
  file: string,
  refuse: (refused: Refused) => void,
  kit: Kit,
): AsyncGenerator<readonly Line[]> {
  let batch: Line[] = [];
  let length = 0;
  let number = 0;
  const input = createReadStream(file, 'utf8');
  const failed = new Promise<never>((_, reject) => {
    input.once('error', (error) => {
      reject(new UsageError(kit.text.productionFile(file, describeError(error))));
    });
  });
  failed.catch(() => undefined);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[
    Symbol.asyncIterator
  ]();
  for (;;) {
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (done === true) break;
    number += 1;
    const text = value.trim();
    if (text === '') continue;
    try {
      batch.push({ number, message: JSON.parse(text), length: text.length });
    } catch (error) {
      refuse(notJson(number, error));
      continue;
    }
    length += text.length;
    if (batch.length < mostMessages && length < mostLength) continue;
    yield batch;
    batch = [];
    length = 0;
  }
  if (batch.length > 0) yield batch;
}

const importFile = async (file: string, options: Options, kit: Kit): Promise<void> => {
  const url = new URL('api/v1/production/messages', gatewayUrl(options.url, kit.text));
  const refused: Refused[] = [];
  const notes: Refused[] = [];
  let accepted = 0;
  let duplicate = 0;
  for await (const batch of batchesOf(file, (line) => refused.push(line), kit)) {
    const sent = batch.map(({ message }) => message);
    const { messages } = await askGateway({ url, env: kit.env, body: sent }, outcomes);
    for (const [index, { outcome, code, words, notes: noted }] of messages.entries()) {
      const line = batch[index]?.number ?? 0;
      notes.push(...noted.map((note) => ({ line, ...note })));
      if (outcome === 'accepted') accepted += 1;
      else if (outcome === 'duplicate') duplicate += 1;
      else {
        const about = { code: code ?? '', words: words ?? { en: '', zh: '' } };
        refused.push({ line, ...about });
      }
    }
  }
  refused.sort((a, b) => a.line - b.line);
  report({ accepted, duplicate, refused, notes }, options, kit);
};

const report = (result: Report, options: Options, kit: Kit): void => {
  const { accepted, duplicate, refused, notes } = result;
  if (options.json === true) kit.print(JSON.stringify(result, null, 2));
  else {
    for (const { line, code, words } of notes) {
      kit.print(kit.text.productionNoted(line, code, words[kit.language]));
    }
    for (const { line, code, words } of refused) {
      kit.complain(kit.text.productionRefused(line, code, words[kit.language]));
    }
    kit.print(kit.text.productionImported(accepted, duplicate, refused.length));
  }
  kit.finish(refused.length === 0 ? exitCodes.ok : exitCodes.negative);
};

export const addProductionCommand = (program: Command, kit: Kit): void => {
  const { text } = kit;
  program
    .command('production')
    .description(text.productionDescription)
    .command('import')
    .description(text.productionImportDescription)
    .argument('<file>', text.productionFileArgument)
    .option('--url <url>', text.gatewayUrlOption)
    .option('--json', text.jsonOption)
    .action((file: string, options: Options) => importFile(file, options, kit));
};
