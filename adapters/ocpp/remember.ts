/** Adds to a set that holds so many at most; the oldest goes. */
export const remember = <Item>(items: Set<Item>, item: Item, most: number): void => {
  items.delete(item);
  items.add(item);
  const [oldest] = items;
  if (items.size > most && oldest !== undefined) items.delete(oldest);
};
