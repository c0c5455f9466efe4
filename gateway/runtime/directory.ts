import type { GroupDirectory, GroupNumber, RegisteredGroup } from '../core/point.ts';

/**
 * The groups of the running configuration, those of earlier ones for entries that are older, and the texts of the journal's
 * dictionary.
 */
export class SiteDirectory implements GroupDirectory {
  readonly #text: (id: number) => string | undefined;
  #groups: readonly RegisteredGroup[] = [];
  #byNumber: ReadonlyMap<GroupNumber, RegisteredGroup> = new Map();

  constructor(text: (id: number) => string | undefined) {
    this.#text = text;
  }

  /** `known` are all that were ever registered. */
  use(groups: readonly RegisteredGroup[], known: readonly RegisteredGroup[]): void {
    this.#groups = groups;
    this.#byNumber = new Map([...known, ...groups].map((group) => [group.number, group]));
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
