import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { FileWatch } from '../config/file-watch.ts';
import { needsRestart } from '../config/restart.ts';
import type { LoadResult } from '../config/site.ts';
import { problemLine } from './cli/problem-words.ts';
import type { LocalText } from './core/point.ts';
import type { SiteProposal } from './runtime/reloader.ts';
import { sleepReal } from './runtime/system-clock.ts';
import type { MadeSite } from './site-parts.ts';

/** A change is applied when it has lasted from one look to the next. */
const lookEveryMs = 1000;

const needsRestartText = (path: string): LocalText => ({
  en: `${path}: needs a restart`,
  zh: `${path}：需要重启`,
});

/** The site as it was read last and what becomes of it when it is read again. */
export class SiteFiles {
  readonly #load: () => Promise<LoadResult>;
  readonly #make: (site: MadeSite['site'], before: MadeSite) => Promise<MadeSite>;
  readonly #watch = new FileWatch();
  #current: MadeSite;

  constructor(options: {
    readonly load: () => Promise<LoadResult>;
    readonly make: (site: MadeSite['site'], before: MadeSite) => Promise<MadeSite>;
    readonly current: MadeSite;
  }) {
    this.#load = options.load;
    this.#make = options.make;
    this.#current = options.current;
  }

  /** The site that is in force. */
  get current(): MadeSite {
    return this.#current;
  }

  /** Reads the files again; tells every problem as `check` words it. */
  async propose(): Promise<SiteProposal> {
    const { site: before } = this.#current;
    const { result } = await this.#watch.during(async () => {
      const loaded = await this.#load();
      return { result: loaded, files: loaded.ok ? loaded.site.files : loaded.files };
    });
    if (!result.ok) {
      const folder = dirname(before.file);
      return {
        problems: result.problems.map((problem) => ({
          en: problemLine(problem, folder, 'en'),
          zh: problemLine(problem, folder, 'zh'),
        })),
      };
    }
    const restart = needsRestart(before, result.site);
    if (restart.length > 0) return { problems: restart.map(needsRestartText) };
    const made = await this.#make(result.site, this.#current);
    return {
      parts: made.parts,
      accepted: () => {
        this.#current = made;
      },
    };
  }

  /** Calls `changed` for each change of the files until `signal` aborts, as long as the site wants that. */
  async watch(changed: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
    await this.#watch.during(async () => this.#current.site);
    while (!signal.aborted) {
      await sleepReal(lookEveryMs, signal);
      if (signal.aborted || !this.#current.site.config.reload.watch) continue;
      if (await this.#watch.look()) await changed();
    }
  }
}

const hasTerminal = (): boolean => {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
};

/**
 * SIGHUP asks for a reload; from a terminal that has been closed it means the end, as everywhere. Gives back how to stop
 * listening.
 */
export const onHangUp = (actions: { reload(): void; end(): void }): (() => void) => {
  const hadTerminal = hasTerminal();
  const onSignal = (): void => {
    if (hadTerminal && !hasTerminal()) actions.end();
    else actions.reload();
  };
  process.on('SIGHUP', onSignal);
  return () => process.off('SIGHUP', onSignal);
};
