import type { ZodType } from 'zod';
import type { GroupSpec, LocalText } from './point.ts';
import type { Sink, SinkContext } from './sink.ts';
import type { Source } from './source.ts';

/** One thing wrong in a configuration; `path` is relative to the entry that the adapter was given. */
export type ConfigIssue = {
  readonly path: readonly (string | number)[];
  readonly found: string;
  readonly expected: string;
};

export type SiteIdentity = {
  readonly enterprise: string;
  readonly site: string;
  readonly timeZone: string;
  readonly simulated: boolean;
};

export type SourceInput<Config> = {
  readonly id: string;
  readonly config: Config;
  readonly site: SiteIdentity;
  /** Profiles named by the entry, parsed by the adapter's `profileSchema`. */
  readonly profiles: ReadonlyMap<string, unknown>;
  /** Folder for what the adapter must keep (certificates, trust lists); exists. */
  readonly dataFolder: string;
};

export type SinkInput<Config> = {
  readonly id: string;
  readonly config: Config;
  readonly context: SinkContext;
  readonly dataFolder: string;
};

/** What a source will ask of its devices, for people, before anything is connected. */
export type PlanReport = {
  readonly title: LocalText;
  readonly columns: readonly LocalText[];
  readonly rows: readonly (readonly (string | number)[])[];
  readonly summary: readonly LocalText[];
  /** Of a source that polls, the burst that takes longest; undefined without reads. */
  readonly worstBurst?: PlanBurst | undefined;
  /** A plan that cannot work (it does not fit its period) is refused by these. */
  readonly issues: readonly ConfigIssue[];
};

/** Requests that fall due at the same moment. */
export type PlanBurst = {
  readonly requests: number;
  /** By estimate, from that moment to the last answer, the wait for what fell due before included. */
  readonly durationMs: number;
  /** Of those that ask. */
  readonly shortestPeriodMs: number;
};

export type ProbeOptions = {
  readonly target: string;
  readonly arguments: readonly string[];
  readonly signal: AbortSignal;
  /** For how long it may ask, in ms; `signal` aborts then. */
  readonly budgetMs: number;
  /** What is under way, for people. */
  progress(text: LocalText): void;
  /** Says what will be sent, and asks whether it may; true where that was said beforehand. */
  confirm(lines: readonly LocalText[]): Promise<boolean>;
};
export type ProbeReport = {
  /** For people; a plain string is the same in every language. */
  readonly lines: readonly (string | LocalText)[];
  readonly data: unknown;
  /** YAML that comes of it: a profile, or a part of a site file. */
  readonly document?: string;
};
/** Something that can be asked what it offers. */
export type Probe = {
  /** How it is called, a line each. */
  readonly usage: readonly LocalText[];
  run(options: ProbeOptions): Promise<ProbeReport>;
};

/** How a protocol presents itself to config, cli and main. `adapters/index.ts` lists all. */
export type SourceAdapter<Config = never> = {
  readonly role: 'source';
  readonly kind: string;
  readonly configSchema: ZodType<Config>;
  readonly profileSchema?: ZodType;
  /** Names of profiles that the entry uses, so that the loader can find them. */
  profileNames?(config: Config): readonly string[];
  /** What schemas cannot say: overlapping registers, unknown names, a plan that does not fit. */
  check?(input: SourceInput<Config>): readonly ConfigIssue[];
  createSource(input: SourceInput<Config>): Source;
  plan?(input: SourceInput<Config>): PlanReport;
  /** By the word that follows `seamwatt probe`. */
  readonly probes?: Readonly<Record<string, Probe>>;
};

export type SinkAdapter<Config = never> = {
  readonly role: 'sink';
  readonly kind: string;
  readonly configSchema: ZodType<Config>;
  check?(input: { readonly id: string; readonly config: Config }): readonly ConfigIssue[];
  createSink(input: SinkInput<Config>): Sink;
};

/**
 * An adapter whose configuration type is hidden: the registry's view. `configSchema` parses, and what it returned is what
 * the other members may be given.
 */
export type AnyAdapter = SourceAdapter<unknown> | SinkAdapter<unknown>;

/**
 * A section of the site file that a room owns (`kpis`, `calculated`). `schema` parses it; `check` says what a schema
 * cannot, against the groups that the sources and the sections before it produce, and returns the groups it adds itself.
 */
export type ConfigSection = {
  readonly key: string;
  readonly schema: ZodType;
  /** Data files that the section names: `NAME.yaml` in a folder beside the site file, or among those that ship. */
  readonly dataFiles?: {
    readonly folder: 'tariffs';
    readonly schema: ZodType;
    /** The names in a parsed section, and where each of them stands in it. */
    namesIn(value: unknown): readonly DataFileName[];
  };
  check(input: {
    readonly value: unknown;
    readonly groups: readonly GroupSpec[];
    /** Whether `groups` lack some because of mistakes elsewhere: then missing points are no issue of this section. */
    readonly isPartial: boolean;
    readonly site: SiteIdentity;
    /** The data files that were found, parsed, by name. */
    readonly files?: ReadonlyMap<string, unknown>;
  }): {
    readonly issues: readonly ConfigIssue[];
    readonly groups: readonly GroupSpec[];
    /** What the gateway gets in place of the parsed section, where it takes more than the site file has. */
    readonly value?: unknown;
  };
};

export type DataFileName = {
  readonly name: string;
  readonly path: readonly (string | number)[];
};
