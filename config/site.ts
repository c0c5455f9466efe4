import type {
  AnyAdapter,
  ConfigSection,
  SinkAdapter,
  SiteIdentity,
  SourceAdapter,
  SourceInput,
} from '../gateway/core/adapter.ts';
import type { GroupSpec } from '../gateway/core/point.ts';
import type { AuthMode } from './api-section.ts';
import type { Environment } from './interpolate.ts';
import type { Problem } from './problem.ts';
import type { SiteConfig } from './site-schema.ts';

export type LoadedSource = {
  readonly adapter: SourceAdapter<unknown>;
  /** Its `dataFolder` need not exist yet: whoever runs the source makes it. */
  readonly input: SourceInput<unknown>;
};

type LoadedSink = {
  readonly adapter: SinkAdapter<unknown>;
  readonly id: string;
  readonly config: unknown;
};

/** An entry that is off. */
export type Notice = {
  /** `sinks[0]` */
  readonly entry: string;
  readonly id: string;
  /** The environment variable that would turn it on; undefined when it says `enabled: false`. */
  readonly enabledWhenSet: string | undefined;
};

/** A site file that has been read whole and found right. */
export type LoadedSite = {
  /** Absolute path of the site file. */
  readonly file: string;
  /** Absolute paths of all files that it depends on; of profiles also where they would be preferred. */
  readonly files: readonly string[];
  readonly identity: SiteIdentity;
  /** With `data.folder` and the files of `api.tls` made absolute, `api.auth` and `broker.embedded` decided. */
  readonly config: Omit<SiteConfig, 'broker' | 'api'> & {
    readonly api: SiteConfig['api'] & { readonly auth: AuthMode };
    readonly broker: { readonly embedded: boolean; readonly host: string; readonly port: number };
  };
  /** Only those that are enabled. */
  readonly sources: readonly LoadedSource[];
  readonly sinks: readonly LoadedSink[];
  /** Parsed values of the rooms' sections, by key. */
  readonly sections: Readonly<Record<string, unknown>>;
  /** Of all sources, then of all sections. */
  readonly groups: readonly GroupSpec[];
  /** SHA-256 of the configuration without secrets, in hexadecimal. */
  readonly configurationId: string;
  /** What people should know although nothing is wrong. */
  readonly notices: readonly Notice[];
};

export type LoadOptions = {
  readonly file: string;
  readonly adapters: readonly AnyAdapter[];
  readonly sections: readonly ConfigSection[];
  readonly env: Environment;
  /** Searched after `profiles` beside the site file and before the profiles that ship with Seamwatt. */
  readonly extraProfileFolders?: readonly string[];
  /** Used instead of the site file's `data.folder`. */
  readonly dataFolder?: string;
};

export type LoadResult =
  | { readonly ok: true; readonly site: LoadedSite }
  | {
      readonly ok: false;
      readonly problems: readonly Problem[];
      /** As far as it is known which these are. */
      readonly files: readonly string[];
    };
