/** The items in runs of at most `size`. */
export const inChunks = <Item>(items: readonly Item[], size: number): readonly Item[][] => {
  const chunks: Item[][] = [];
  for (let i = 0; i < items.length; i += size) chunks.push(items.slice(i, i + size));
  return chunks;
};
