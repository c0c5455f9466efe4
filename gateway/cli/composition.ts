import type { LoadedSite, LoadResult } from '../../config/site.ts';
import type { AnyAdapter, ConfigSection } from '../core/adapter.ts';
import type { ReplayReport } from '../runtime/replay.ts';

export type RunOptions = {
  readonly site: LoadedSite;
  /** Reads the same site file again, for hot reload. */
  readonly reload: () => Promise<LoadResult>;
  /** Aborted when the gateway must stop: flush, persist, resolve. */
  readonly signal: AbortSignal;
  /** Base URL of the simulators' control interface: run in lock-step with them. */
  readonly clockUrl?: string;
  /** With `clockUrl`: stops by itself after so much simulated time. */
  readonly durationMs?: number;
  /** The plant is simulated, and its time so far from that of this machine. */
  readonly shiftMs?: number;
  /** Told before `onReady`, when nobody could manage users yet: the secret of a token for whoever sets the gateway up. */
  readonly onFirstToken: (secret: string) => void;
  /** Told once, when everything has been started; `url` is where people look. */
  readonly onReady: (started: { readonly url: string }) => void;
};

export type ReplayOptions = {
  readonly site: LoadedSite;
  /** First and last journal entry; the whole journal when undefined. */
  readonly fromSeq?: number;
  readonly toSeq?: number;
  readonly signal: AbortSignal;
};

/** What the composition root hands to the commands, which know no adapter and start nothing by themselves. */
export type Composition = {
  readonly version: string;
  readonly adapters: readonly AnyAdapter[];
  readonly sections: readonly ConfigSection[];
  /** The demo site's file. */
  readonly demoFile: string;
  /** This program, for commands that start a gateway as a process of its own. */
  readonly gatewayProgram: string;
  /** Where the scenarios are that ship. */
  readonly scenarioFolder: string;
  /** The simulators' program, started as a child process only. */
  readonly simulatorsProgram: string;
  /** Which of its servers the demo site needs. */
  readonly demoSimulatorFlags: readonly string[];
  /** Resolves after a clean stop; throws a GatewayError when it cannot go on. */
  readonly runGateway: (options: RunOptions) => Promise<void>;
  readonly replay: (options: ReplayOptions) => Promise<ReplayReport>;
};

/** Documented in `docs/cli.md` and in `--help`. */
export const exitCodes = {
  ok: 0,
  /** Something failed while running. */
  failure: 1,
  /** The configuration or the command line is wrong; nothing was started. */
  invalid: 2,
  /** It ran, and the answer is no: replayed results differ, a scenario does not hold. */
  negative: 3,
  /** It ran, and there is no answer: nothing was there to compare. */
  inconclusive: 4,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
