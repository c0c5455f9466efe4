import { readFileSync } from 'node:fs';

/** Of Linux on all its platforms. */
const ticksPerSecond = 100;

/** Processor time of all child processes that have ended, user and system, in s; NaN where /proc is not there. */
export const endedChildrenSeconds = (): number => {
  let stat: string;
  try {
    stat = readFileSync('/proc/self/stat', 'latin1');
  } catch {
    return Number.NaN;
  }
  // Behind the name, which may have spaces: cutime and cstime are fields 16 and 17 of proc(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
};
