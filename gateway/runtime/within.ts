/** Whether a task ends in time; its failure counts as an end. */
export const endsWithin = async (task: Promise<unknown>, withinMs: number): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), withinMs);
  });
  const isOver = (): boolean => true;
  try {
    return await Promise.race([task.then(isOver, isOver), limit]);
  } finally {
    clearTimeout(timer);
  }
};
