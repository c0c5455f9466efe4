/** Edit distance with neighbour swaps (optimal string alignment), in two rolling rows and the one before. */
const distance = (a: string, b: string): number => {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      let best = Math.min(
        (previous[j] as number) + 1,
        (current[j - 1] as number) + 1,
        (previous[j - 1] as number) + (isSame ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforePrevious[j - 2] as number) + 1);
      }
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] as number;
};

const longestCompared = 64;

/** The candidate that `word` was probably meant to be, if one is near enough to be worth a question. */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  if (word.length > longestCompared) return undefined;
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    if (candidate.length > longestCompared) continue;
    const candidateDistance = distance(word.toLowerCase(), candidate.toLowerCase());
    if (candidateDistance < bestDistance) {
      best = candidate;
      bestDistance = candidateDistance;
    }
  }
  return best;
};

const mostListed = 24;

/** `a, b or c`, shortened when the list is long. */
export const listAlternatives = (items: readonly string[]): string => {
  if (items.length <= 1) return items[0] ?? 'nothing';
  if (items.length > mostListed) {
    return `${items.slice(0, mostListed).join(', ')} or ${items.length - mostListed} more`;
  }
  return `${items.slice(0, -1).join(', ')} or ${items[items.length - 1]}`;
};

/** ` (did you mean "x"?)`, or nothing when no candidate is near. */
export const didYouMean = (word: string, candidates: Iterable<string>): string => {
  const candidate = nearest(word, candidates);
  return candidate === undefined || candidate === word ? '' : ` (did you mean "${candidate}"?)`;
};
