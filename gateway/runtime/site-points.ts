import { isDeepStrictEqual } from 'node:util';
import type { GroupDirectory, RegisteredGroup } from '../core/point.ts';
import type { Journal } from '../journal/contract.ts';
import { SiteDirectory } from './directory.ts';
import { LatestValues } from './latest-values.ts';

/** The points of the site as they are at present, for all who look: another configuration may give others. */
export class SitePoints {
  readonly #journal: Pick<Journal, 'knownGroups' | 'text'>;
  readonly #directory: SiteDirectory;
  #groups: readonly RegisteredGroup[];
  #latest: LatestValues;

  constructor(groups: readonly RegisteredGroup[], journal: Pick<Journal, 'knownGroups' | 'text'>) {
    this.#journal = journal;
    this.#groups = groups;
    this.#latest = new LatestValues(groups);
    this.#directory = new SiteDirectory((id) => journal.text(id));
    this.#directory.use(groups, journal.knownGroups());
  }

  get groups(): readonly RegisteredGroup[] {
    return this.#groups;
  }

  get latest(): LatestValues {
    return this.#latest;
  }

  get directory(): GroupDirectory {
    return this.#directory;
  }

  /** The same objects for groups that stay as they are: whoever keeps something for a group goes on with it. */
  recognise(groups: readonly RegisteredGroup[]): readonly RegisteredGroup[] {
    return groups.map((group) => {
      const before = this.#directory.byNumber(group.number);
      return isDeepStrictEqual(before, group) ? (before ?? group) : group;
    });
  }

  /** Points that stay keep their newest values. */
  use(groups: readonly RegisteredGroup[]): void {
    this.#groups = groups;
    this.#directory.use(groups, this.#journal.knownGroups());
    const latest = new LatestValues(groups);
    latest.takeOver(this.#latest);
    this.#latest = latest;
  }
}
