import type { ProbeReport } from '../../gateway/core/adapter.ts';

/** What a probe prints, in one language. */
export const probeLines = ({ lines }: ProbeReport, language: 'en' | 'zh' = 'en'): string[] =>
  lines.map((line) => (typeof line === 'string' ? line : line[language]));
