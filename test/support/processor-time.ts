import { readFileSync } from 'node:fs';

/** Of Linux on all its platforms. */
const ticksPerSecond = 100;

/** Two neighbouring fields of proc(5), in s; NaN where there is no such process or no /proc. */
const secondsOf = (process: number | 'self', firstField: number): number => {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${process}/stat`, 'latin1');
  } catch {
    return Number.NaN;
  }
  // The name, which may have spaces, is the second field, in brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[firstField - 3]) + Number(fields[firstField - 2])) / ticksPerSecond;
};

/** Processor time of a process so far, user and system, in s. */
export const processorSeconds = (pid: number): number => secondsOf(pid, 14);

/** Processor time of all child processes that have ended, in s. */
export const endedChildrenSeconds = (): number => secondsOf('self', 16);

/** Looks now and then; call what is given back after the process has ended: its processor time, less at most that of the last 200 ms. */
export const watchProcessor = (pid: number): (() => number) => {
  let seconds = Number.NaN;
  const timer = setInterval(() => {
    const now = processorSeconds(pid);
    if (!Number.isNaN(now)) seconds = now;
  }, 200);
  return () => {
    clearInterval(timer);
    return seconds;
  };
};
