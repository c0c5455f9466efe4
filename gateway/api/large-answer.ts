/**
 * Options of a route whose answers are columns of some hundred thousand values: they are written as they are. To look at each value
 * by its schema once more would take longer than all the rest, while nobody else has a turn; the compiler has looked at them.
 */
export const largeAnswer = {
  serializerCompiler: () => (answer: unknown) => JSON.stringify(answer),
} as const;
