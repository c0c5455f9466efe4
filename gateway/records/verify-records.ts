import { sha256 } from './canonical-json.ts';
import { type ChainProblem, ChainWalk, type StoredLink } from './chain.ts';
import type { PanelRecord } from './panel-record.ts';
import type { RecordsDatabase } from './records-database.ts';

export type RecordsVerification = {
  readonly ok: boolean;
  readonly revisions: number;
  readonly panels: number;
  /** Files of bins that were read. */
  readonly files: number;
  /** Hash of the newest revision; to be noted elsewhere, so that a chain that was cut off at its end is found. */
  readonly head: string;
  readonly problems: readonly ChainProblem[];
};

/** Reads everything: each link, each record, each file of bins. One of them is in memory at a time. */
export const verifyRecords = (
  database: Pick<RecordsDatabase, 'links' | 'binsFile'>,
): RecordsVerification => {
  const walk = new ChainWalk();
  const problems: ChainProblem[] = [];
  const panels = new Set<string>();
  let files = 0;
  for (const link of database.links()) {
    panels.add(link.id);
    const found = walk.take(link);
    problems.push(...found);
    // What was changed may name other files, or be no JSON.
    if (found.some(({ kind }) => kind === 'content-changed')) continue;
    for (const { seam, bins } of (JSON.parse(link.content) as PanelRecord).seams) {
      if (bins === null) continue;
      files += 1;
      const kind = problemOf(database, bins.sha256);
      if (kind !== undefined) problems.push(about(kind, link, seam));
    }
  }
  const ok = problems.length === 0;
  return { ok, revisions: walk.links, panels: panels.size, files, head: walk.head, problems };
};

const about = (
  kind: ChainProblem['kind'],
  { number, id }: StoredLink,
  seam: string,
): ChainProblem => ({ kind, number, id, seam });

const problemOf = (
  database: Pick<RecordsDatabase, 'binsFile'>,
  hash: string,
): 'bins-missing' | 'bins-changed' | undefined => {
  let file: Uint8Array | undefined;
  try {
    file = database.binsFile(hash);
  } catch {
    return 'bins-changed';
  }
  if (file === undefined) return 'bins-missing';
  return sha256(file) === hash ? undefined : 'bins-changed';
};
