/** Conditions of a query, those without a value left out, so that the database sees which of its indexes serves. */
export const wheres = (
  conditions: Readonly<Record<string, string | number | undefined>>,
): { readonly where: string; readonly values: readonly (string | number)[] } => {
  const asked = Object.entries(conditions).flatMap(([condition, value]) =>
    value === undefined ? [] : [{ condition, value }],
  );
  return {
    where:
      asked.length === 0 ? '' : `WHERE ${asked.map(({ condition }) => condition).join(' AND ')}`,
    values: asked.map(({ value }) => value),
  };
};
