import type { Command } from 'commander';
import { siteJsonSchema } from '../../config/json-schema.ts';
import { loadSite } from '../../config/loader.ts';
import { exitCodes } from './composition.ts';
import { complainOfProblems, type Kit, loadOptions, type SiteOptions } from './kit.ts';
import { planLines, siteReport, summaryLines } from './site-summary.ts';

type Options = SiteOptions & {
  readonly plan?: boolean | undefined;
  readonly schema?: boolean | undefined;
  readonly json?: boolean | undefined;
};

const check = async (options: Options, kit: Kit): Promise<void> => {
  const { adapters, sections } = kit.composition;
  if (options.schema === true) {
    kit.print(JSON.stringify(siteJsonSchema(adapters, sections), null, 2));
    kit.finish(exitCodes.ok);
    return;
  }
  const result = await loadSite(loadOptions(options, kit));
  if (!result.ok) {
    if (options.json === true) kit.print(JSON.stringify(result, null, 2));
    else complainOfProblems(result, kit);
    kit.finish(exitCodes.invalid);
    return;
  }
  if (options.json === true) {
    kit.print(JSON.stringify({ ok: true, site: siteReport(result.site) }, null, 2));
  } else {
    for (const line of summaryLines(result.site, kit)) kit.print(line);
    if (options.plan === true) for (const line of planLines(result.site, kit)) kit.print(line);
  }
  kit.finish(exitCodes.ok);
};

export const addCheckCommand = (program: Command, kit: Kit): void => {
  program
    .command('check')
    .description(kit.text.checkDescription)
    .option('-c, --config <file>', kit.text.configOption)
    .option('--plan', kit.text.planOption)
    .option('--schema', kit.text.schemaOption)
    .option('--json', kit.text.jsonOption)
    .action((options: Options) => check(options, kit));
};
