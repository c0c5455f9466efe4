import { isDeepStrictEqual } from 'node:util';
import { describeError, errorFields } from '../core/error.ts';
import { explainError } from '../core/error-text.ts';
import type { GatewayEvent } from '../core/event.ts';
import type { Log } from '../core/log.ts';
import type { LocalText } from '../core/point.ts';
import type { RunningGateway, SiteChange, SiteParts } from './gateway-parts.ts';
import { changedEvent, refusedEvent } from './reload-events.ts';

export type ReloadTrigger = 'file' | 'signal' | 'api';

/** A configuration as it was read anew: what to go over to, or all that speaks against it. */
export type SiteProposal =
  | {
      readonly parts: SiteParts;
      /** Called when the gateway runs with it. */
      accepted(): void;
    }
  | { readonly problems: readonly LocalText[] };

export type ReloadOutcome = {
  readonly trigger: ReloadTrigger;
  /** When it was decided, UTC epoch ms. */
  readonly timeMs: number;
  /** `refused`: the files are wrong or need a restart. `failed`: it could not be applied, and the old one is put back. */
  readonly result: 'changed' | 'unchanged' | 'refused' | 'failed';
  /** Of the configuration that is in force now. */
  readonly configurationId: string;
  /** Only of `changed`. */
  readonly change: SiteChange | undefined;
  /** Of `refused` and `failed`: every one. */
  readonly problems: readonly LocalText[];
};

/** Where people ask for the configuration to be read anew, and see what became of it. */
export type ReloadDesk = Pick<Reloader, 'reload' | 'last' | 'configurationId'>;

/** Reads the configuration anew and goes over to it, one at a time; a wrong one changes nothing. Never throws. */
export class Reloader {
  readonly #propose: () => Promise<SiteProposal>;
  readonly #gateway: Pick<RunningGateway, 'reconfigure' | 'event'>;
  readonly #nowMs: () => number;
  readonly #log: Log;
  #current: SiteParts;
  #last: ReloadOutcome | undefined;
  #running: Promise<ReloadOutcome> | undefined;
  #waiting: Promise<ReloadOutcome> | undefined;

  constructor(options: {
    /** Reads the files. */
    readonly propose: () => Promise<SiteProposal>;
    readonly gateway: Pick<RunningGateway, 'reconfigure' | 'event'>;
    /** What the gateway was started with. */
    readonly parts: SiteParts;
    readonly nowMs: () => number;
    readonly log: Log;
  }) {
    this.#propose = options.propose;
    this.#gateway = options.gateway;
    this.#current = options.parts;
    this.#nowMs = options.nowMs;
    this.#log = options.log;
  }

  get last(): ReloadOutcome | undefined {
    return this.#last;
  }

  get configurationId(): string {
    return this.#current.configurationId;
  }

  /** While one is under way, all who ask get the one after it: the files may have changed since it read them. */
  reload(trigger: ReloadTrigger): Promise<ReloadOutcome> {
    if (this.#running === undefined) {
      this.#running = this.#reload(trigger).finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    this.#waiting ??= this.#running.then(() => {
      this.#waiting = undefined;
      return this.reload(trigger);
    });
    return this.#waiting;
  }

  async #reload(trigger: ReloadTrigger): Promise<ReloadOutcome> {
    const decided = await this.#decide();
    const { configurationId } = this.#current;
    const outcome = { trigger, timeMs: this.#nowMs(), configurationId, ...decided };
    this.#last = outcome;
    this.#tell(outcome);
    return outcome;
  }

  async #decide(): Promise<Pick<ReloadOutcome, 'result' | 'change' | 'problems'>> {
    try {
      const proposal = await this.#propose();
      if ('problems' in proposal) {
        return { result: 'refused', change: undefined, problems: proposal.problems };
      }
      const { parts } = proposal;
      if (isSameSite(parts, this.#current)) {
        proposal.accepted();
        return { result: 'unchanged', change: undefined, problems: [] };
      }
      const change = await this.#gateway.reconfigure(parts);
      this.#current = parts;
      proposal.accepted();
      return { result: 'changed', change, problems: [] };
    } catch (error) {
      this.#log.error(errorFields(error), `reload: ${describeError(error)}`);
      return { result: 'failed', change: undefined, problems: [explainError(error)] };
    }
  }

  #tell(outcome: ReloadOutcome): void {
    const event = eventOf(outcome);
    if (event === undefined) {
      this.#log.info({ trigger: outcome.trigger }, 'reload: nothing has changed');
      return;
    }
    this.#gateway.event(event);
  }
}

const eventOf = ({
  result,
  change,
  problems,
  ...about
}: ReloadOutcome): GatewayEvent | undefined => {
  if (change !== undefined) return changedEvent(change, about);
  return result === 'unchanged' ? undefined : refusedEvent(problems, about);
};

const isSameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index]);

const isSameSite = (a: SiteParts, b: SiteParts): boolean =>
  a.configurationId === b.configurationId &&
  isSameList(a.sources, b.sources) &&
  isSameList(a.sinks, b.sinks) &&
  isDeepStrictEqual(
    [a.siteName, a.siteNote, a.sections, a.computedGroups],
    [b.siteName, b.siteNote, b.sections, b.computedGroups],
  );
