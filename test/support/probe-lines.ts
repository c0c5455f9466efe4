import type { ProbeOptions, ProbeReport, SourceAdapter } from '../../gateway/core/adapter.ts';

/** What a probe prints, in one language. */
export const probeLines = ({ lines }: ProbeReport, language: 'en' | 'zh' = 'en'): string[] =>
  lines.map((line) => (typeof line === 'string' ? line : line[language]));

/** Runs a probe as a person would who says yes to everything. */
export const runProbe = <Config>(
  adapter: SourceAdapter<Config>,
  kind: string,
  options: Pick<ProbeOptions, 'target' | 'arguments'> & Partial<ProbeOptions>,
): Promise<ProbeReport> => {
  const probe = adapter.probes?.[kind];
  if (probe === undefined) throw new Error(`no probe ${kind}`);
  return probe.run({
    signal: new AbortController().signal,
    budgetMs: 60_000,
    progress: () => undefined,
    confirm: () => Promise.resolve(true),
    ...options,
  });
};
