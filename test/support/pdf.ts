import { spawnSync } from 'node:child_process';

const run = (program: string, args: readonly string[], pdf: Uint8Array): string => {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    ...{ input: pdf, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, timeout: 60_000 },
  });
  if (status !== 0) throw new Error(`${program}: ${error?.message ?? stderr}`);
  return stdout;
};

/** What a reader finds in a PDF, as it stands on the page: by poppler, which has nothing of ours. */
export const textOfPdf = (pdf: Uint8Array): string => run('pdftotext', ['-layout', '-', '-'], pdf);

/** What it says of itself. */
export const factsOfPdf = (pdf: Uint8Array): ReadonlyMap<string, string> =>
  new Map(
    run('pdfinfo', ['-'], pdf)
      .split('\n')
      .flatMap((line) => {
        const [, name, value] = /^([^:]+):\s+(.*)$/.exec(line) ?? [];
        return name === undefined || value === undefined ? [] : [[name, value] as const];
      }),
  );

/** A line for each font: name, type, whether it is embedded and a subset. */
export const fontsOfPdf = (pdf: Uint8Array): readonly string[] =>
  run('pdffonts', ['-'], pdf).trim().split('\n').slice(2);
