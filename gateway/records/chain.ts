import { canonicalJson, sha256 } from './canonical-json.ts';

/** The hash before the first. */
export const chainStart = '0'.repeat(64);

/**
 * Why a revision was made: of a new panel, of one that was at rest, of one that reads otherwise than before, of one of which
 * production told more.
 */
export const revisionReasons = [
  'assembled',
  'completed',
  'assembled-again',
  'production-told',
] as const;
export type RevisionReason = (typeof revisionReasons)[number];

/** What the hash of a link covers. */
export type Link = {
  /** Counts up from 1 without a gap. */
  readonly number: number;
  /** Name of the panel's record: the panel's id, with `~2` and so on when the id came before. */
  readonly id: string;
  /** The same for every revision of one panel. */
  readonly key: string;
  readonly revision: number;
  readonly reason: RevisionReason;
  /** SHA-256 of the canonical JSON of the record. */
  readonly contentHash: string;
  /** Of the link before. */
  readonly previousHash: string;
};

export const hashOf = (link: Link): string =>
  sha256(
    canonicalJson({
      ...{ number: link.number, id: link.id, key: link.key, revision: link.revision },
      ...{ reason: link.reason, contentHash: link.contentHash, previousHash: link.previousHash },
    }),
  );

/** A link as it is stored, with what it is about. */
export type StoredLink = Link & {
  readonly hash: string;
  readonly content: string;
  /** Whether what it is looked up by is what its record says. */
  readonly isFiledRight: boolean;
};

export type ChainProblem = {
  readonly kind:
    | 'gap'
    | 'content-changed'
    | 'link-changed'
    | 'chain-broken'
    | 'bins-missing'
    | 'bins-changed';
  /** Of the link. */
  readonly number: number;
  readonly id: string;
  /** Of the seam, where bins are wrong. */
  readonly seam?: string;
};

/** Follows a chain link by link. Tells what is wrong with each; what follows a wrong link is judged by itself. */
export class ChainWalk {
  /** Of the newest link: whoever has noted an older head can tell that nothing before it was changed or cut off. */
  head = chainStart;
  links = 0;
  #number = 0;

  take(link: StoredLink): readonly ChainProblem[] {
    const about = { number: link.number, id: link.id };
    const problems: ChainProblem[] = [];
    if (link.number !== this.#number + 1) problems.push({ kind: 'gap', ...about });
    if (sha256(link.content) !== link.contentHash)
      problems.push({ kind: 'content-changed', ...about });
    if (hashOf(link) !== link.hash || !link.isFiledRight)
      problems.push({ kind: 'link-changed', ...about });
    if (link.previousHash !== this.head) problems.push({ kind: 'chain-broken', ...about });
    this.#number = link.number;
    this.head = link.hash;
    this.links += 1;
    return problems;
  }
}
