import { threadNanoseconds } from './harness/processor-time.ts';
import { benchRow, median, type Rows } from './row.ts';

const workMs = (): number => {
  const values = new Float64Array(4096);
  const startNs = threadNanoseconds();
  for (let round = 0; round < 4000; round += 1) {
    for (let index = 0; index < values.length; index += 1) {
      values[index] = Math.sqrt((values[index] as number) + index + round);
    }
  }
  return (threadNanoseconds() - startNs) / 1e6;
};

/** The same work twice: a ratio away from 1 is what this machine adds to every other row. */
export const rows: Rows = async ({ quick }) => {
  const first: number[] = [];
  const second: number[] = [];
  for (let repetition = 0; repetition < (quick ? 3 : 9); repetition += 1) {
    first.push(workMs());
    second.push(workMs());
  }
  return [
    benchRow({
      name: 'Control: the same work twice',
      ours: median(first),
      reference: median(second),
      unit: 'ms',
      better: 'less',
    }),
  ];
};
