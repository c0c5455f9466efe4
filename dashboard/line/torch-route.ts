import type { Seam, WeldLine } from './use-line.ts';

/** The page of a torch. Its line goes along: torches of several lines may have the same name. */
export const torchRoute = (line: Pick<WeldLine, 'path'>, { name }: Pick<Seam, 'name'>) => ({
  name: 'torch',
  params: { seam: name },
  query: { line: line.path },
});
