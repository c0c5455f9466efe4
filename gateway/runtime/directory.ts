import type { GroupDirectory, GroupNumber, RegisteredGroup } from '../core/point.ts';

/** The groups of the running configuration, and the texts of the journal's dictionary. */
export class SiteDirectory implements GroupDirectory {
  readonly #groups: readonly RegisteredGroup[];
  readonly #byNumber: ReadonlyMap<GroupNumber, RegisteredGroup>;
  readonly #text: (id: number) => string | undefined;

  constructor(groups: readonly RegisteredGroup[], text: (id: number) => string | undefined) {
    this.#groups = groups;
    this.#byNumber = new Map(groups.map((group) => [group.number, group]));
    this.#text = text;
  }

  byNumber(group: GroupNumber): RegisteredGroup | undefined {
    return this.#byNumber.get(group);
  }

  all(): readonly RegisteredGroup[] {
    return this.#groups;
  }

  text(id: number): string | undefined {
    return this.#text(id);
  }
}
