import type { LocalText } from '../../core/point.ts';

/** One expectation and what came of it, in words. */
export type Outcome = {
  readonly holds: boolean;
  /** What was expected. */
  readonly expectation: LocalText;
  /** What was found; of what holds, how near it came. */
  readonly found: LocalText;
};

export type ScenarioVerdict = {
  readonly name: string;
  readonly file: string;
  readonly title: LocalText;
  readonly seconds: number;
  readonly outcomes: readonly Outcome[];
  /** Why the scenario could not be run to its end. */
  readonly failure?: LocalText;
};

export const verdictOf = ({
  failure,
  outcomes,
}: ScenarioVerdict): 'holds' | 'differs' | 'failed' => {
  if (failure !== undefined) return 'failed';
  return outcomes.every(({ holds }) => holds) ? 'holds' : 'differs';
};

/** `12.5 s` of an offset. */
export const seconds = (offsetMs: number): string =>
  `${Number((offsetMs / 1000).toFixed(offsetMs % 1000 === 0 ? 0 : 1))} s`;
