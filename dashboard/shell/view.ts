import type { Component } from 'vue';
import type { Language } from './language.ts';

/** What a site must have for a view to be of use. */
export type ViewNeed = 'line' | 'park';

/** One page of the dashboard: where it is found, and how it is called. */
export type View = {
  readonly path: string;
  readonly name: string;
  readonly title: Readonly<Record<Language, string>>;
  readonly load: () => Promise<{ readonly default: Component }>;
  /** Shown in the navigation; a detail is reached from the view that it belongs to. */
  readonly isDetail?: boolean;
  readonly needs?: ViewNeed;
};
