import { loadSite } from '../../config/loader.ts';
import type { LoadedSite } from '../../config/site.ts';
import { exitCodes } from './composition.ts';
import { keepFirstToken } from './first-token.ts';
import { type Kit, loadOptions, type SiteOptions, wordsOf } from './kit.ts';

export type GatewayRun = {
  readonly site: LoadedSite;
  readonly options: SiteOptions;
  readonly signal: AbortSignal;
  readonly clockUrl?: string;
  readonly durationMs?: number;
  readonly shiftMs?: number;
};

/** Runs until the signal aborts or the gateway fails, and says which in the exit code. */
export const runToEnd = async (run: GatewayRun, kit: Kit): Promise<void> => {
  const { site, options, signal, clockUrl, durationMs, shiftMs } = run;
  try {
    await kit.composition.runGateway({
      site,
      reload: () => loadSite(loadOptions(options, kit)),
      signal,
      ...(clockUrl === undefined ? {} : { clockUrl }),
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(shiftMs === undefined ? {} : { shiftMs }),
      onFirstToken: (secret) => {
        // What is no terminal is kept somewhere: by a service manager, by Docker, in a file.
        const shown = process.stdout.isTTY
          ? kit.text.firstToken(secret)
          : kit.text.firstTokenKept(keepFirstToken(site.config.data.folder, secret));
        for (const line of shown) kit.print(line);
      },
      onReady: ({ url }) => kit.complain(kit.text.ready(url)),
    });
    kit.finish(exitCodes.ok);
  } catch (error) {
    kit.complain(kit.text.failed(wordsOf(error, kit)));
    kit.finish(exitCodes.failure);
  }
};
