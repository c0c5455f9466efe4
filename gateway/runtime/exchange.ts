/** What becomes of the members of a list when another list takes its place; a member is the same when it is the same object. */
export type Exchange<Member> = {
  readonly staying: readonly Member[];
  readonly leaving: readonly Member[];
  readonly joining: readonly Member[];
};

export const planExchange = <Member>(
  before: readonly Member[],
  after: readonly Member[],
): Exchange<Member> => ({
  staying: before.filter((member) => after.includes(member)),
  leaving: before.filter((member) => !after.includes(member)),
  joining: after.filter((member) => !before.includes(member)),
});

/** A half-done exchange of running parts: what had to end has ended, and what is new is ready. */
export type PreparedExchange = {
  /** Starts what is new; cannot fail. */
  apply(): void;
  /** Puts back what had been ended. */
  undo(): Promise<void>;
};

/** What an exchange did, by id. */
export type MemberChanges = {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
};

export const describeExchange = ({
  staying,
  leaving,
  joining,
}: Exchange<{ readonly id: string }>): MemberChanges => {
  const ids = (members: readonly { readonly id: string }[]): string[] =>
    members.map(({ id }) => id);
  const [left, joined] = [ids(leaving), ids(joining)];
  return {
    added: joined.filter((id) => !left.includes(id)),
    removed: left.filter((id) => !joined.includes(id)),
    changed: joined.filter((id) => left.includes(id)),
    unchanged: ids(staying),
  };
};
