import type { Command } from 'commander';
import { z } from 'zod';
import { askGateway, gatewayUrl } from './ask-gateway.ts';
import { exitCodes } from './composition.ts';
import type { Kit } from './kit.ts';
import { parseWholeNumber, UsageError } from './option-values.ts';
import { formatTable } from './text-table.ts';

type Options = {
  readonly url?: string | undefined;
  readonly ids?: string | undefined;
  readonly all?: boolean | undefined;
  readonly json?: boolean | undefined;
};

/** What the running gateway says, as far as it is used here. */
const entry = z.looseObject({
  id: z.number(),
  seq: z.number(),
  reason: z.string(),
  quarantinedMs: z.number(),
  timeMs: z.number(),
  subject: z.string(),
});
type Entry = z.infer<typeof entry>;
const sinks = z.array(z.looseObject({ id: z.string() }));
const retried = z.object({
  delivered: z.number(),
  refused: z.array(z.object({ id: z.number(), reason: z.string() })),
});
const dropped = z.object({ dropped: z.number() });
const pageEntries = 500;

class Quarantine {
  readonly #base: URL;
  readonly #env: Kit['env'];

  /** @throws UsageError */
  constructor({ url }: Options, { text, env }: Kit) {
    this.#base = gatewayUrl(url, text);
    this.#env = env;
  }

  async sinkIds(): Promise<readonly string[]> {
    const found = await askGateway(
      { url: new URL('api/v1/sinks', this.#base), env: this.#env },
      sinks,
    );
    return found.map(({ id }) => id);
  }

  async *entries(sinkId: string): AsyncGenerator<Entry> {
    for (let afterId = 0; ; ) {
      const query = `?afterId=${afterId}&limit=${pageEntries}`;
      const page = await askGateway(
        { url: this.#url(sinkId, query), env: this.#env },
        z.array(entry),
      );
      yield* page;
      const last = page.at(-1);
      if (last === undefined) return;
      afterId = last.id;
    }
  }

  retry(sinkId: string, ids: readonly number[]): Promise<z.infer<typeof retried>> {
    return askGateway({ url: this.#url(sinkId, '/retry'), env: this.#env, body: { ids } }, retried);
  }

  async drop(sinkId: string, ids: readonly number[]): Promise<number> {
    const question = { url: this.#url(sinkId, '/drop'), env: this.#env, body: { ids } };
    return (await askGateway(question, dropped)).dropped;
  }

  #url(sinkId: string, rest: string): URL {
    return new URL(`api/v1/sinks/${encodeURIComponent(sinkId)}/quarantine${rest}`, this.#base);
  }
}

const list = async (sinkId: string | undefined, options: Options, kit: Kit): Promise<void> => {
  const quarantine = new Quarantine(options, kit);
  const ids = sinkId === undefined ? await quarantine.sinkIds() : [sinkId];
  const found: (Entry & { readonly sinkId: string })[] = [];
  for (const id of ids) {
    for await (const item of quarantine.entries(id)) {
      // One value a line, so that a long list can be read while it comes.
      if (options.json === true) kit.print(JSON.stringify({ ...item, sinkId: id }));
      else found.push({ ...item, sinkId: id });
    }
  }
  if (options.json !== true) printTable(found, kit);
  kit.finish(exitCodes.ok);
};

const printTable = (found: readonly (Entry & { readonly sinkId: string })[], kit: Kit): void => {
  const { text } = kit;
  if (found.length === 0) {
    kit.print(text.quarantineEmpty);
    return;
  }
  const columns = text.quarantineColumns;
  const rows = found.map(({ sinkId, id, timeMs, subject, reason }) => [
    ...[sinkId, id, new Date(timeMs).toISOString(), subject, reason],
  ]);
  for (const line of formatTable({ columns, rows })) kit.print(line);
};

const chosenIds = (options: Options, kit: Kit): readonly number[] | undefined => {
  if ((options.all === true) === (options.ids !== undefined)) {
    throw new UsageError(kit.text.quarantineWhich);
  }
  return options.ids
    ?.split(',')
    .map((id) => parseWholeNumber('--ids', id.trim(), kit.text) as number);
};

/** The chosen entries of a sink, a request's worth at a time. */
async function* chosen(
  quarantine: Quarantine,
  sinkId: string,
  ids: readonly number[] | undefined,
): AsyncGenerator<readonly number[]> {
  let page: number[] = [];
  const source = ids ?? quarantine.entries(sinkId);
  for await (const item of source) {
    page.push(typeof item === 'number' ? item : item.id);
    if (page.length < pageEntries) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

const retry = async (sinkId: string, options: Options, kit: Kit): Promise<void> => {
  const wanted = chosenIds(options, kit);
  const quarantine = new Quarantine(options, kit);
  const outcome = { delivered: 0, refused: [] as { id: number; reason: string }[] };
  for await (const ids of chosen(quarantine, sinkId, wanted)) {
    const { delivered, refused } = await quarantine.retry(sinkId, ids);
    outcome.delivered += delivered;
    outcome.refused.push(...refused);
  }
  if (options.json === true) kit.print(JSON.stringify(outcome));
  else {
    kit.print(kit.text.quarantineRetried(outcome.delivered, outcome.refused.length));
    for (const { id, reason } of outcome.refused) kit.print(`  ${id}  ${reason}`);
  }
  kit.finish(outcome.refused.length === 0 ? exitCodes.ok : exitCodes.negative);
};

const drop = async (sinkId: string, options: Options, kit: Kit): Promise<void> => {
  const wanted = chosenIds(options, kit);
  const quarantine = new Quarantine(options, kit);
  let sum = 0;
  for await (const ids of chosen(quarantine, sinkId, wanted)) {
    sum += await quarantine.drop(sinkId, ids);
  }
  kit.print(
    options.json === true ? JSON.stringify({ dropped: sum }) : kit.text.quarantineDropped(sum),
  );
  kit.finish(exitCodes.ok);
};

export const addQuarantineCommand = (program: Command, kit: Kit): void => {
  const { text } = kit;
  const group = program.command('quarantine').description(text.quarantineDescription);
  const add = (name: string, description: string): Command =>
    group
      .command(name)
      .description(description)
      .option('--url <url>', text.gatewayUrlOption)
      .option('--json', text.jsonOption);
  const addChoice = (command: Command): Command =>
    command
      .option('--ids <ids>', text.quarantineIdsOption)
      .option('--all', text.quarantineAllOption);
  add('list', text.quarantineListDescription)
    .argument('[sink]', text.sinkArgument)
    .action((sinkId: string | undefined, options: Options) => list(sinkId, options, kit));
  addChoice(add('retry', text.quarantineRetryDescription))
    .argument('<sink>', text.sinkArgument)
    .action((sinkId: string, options: Options) => retry(sinkId, options, kit));
  addChoice(add('drop', text.quarantineDropDescription))
    .argument('<sink>', text.sinkArgument)
    .action((sinkId: string, options: Options) => drop(sinkId, options, kit));
};
