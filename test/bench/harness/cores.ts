import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { findProgram } from '../../support/programs.ts';

/** What is measured runs on one core, its peers on the other, so that they do not take turns. */
export const clientCore = 0;
export const serverCore = 1;

/** Asked before this process is pinned. */
const coreCount = availableParallelism();
const taskset = coreCount >= 2 ? findProgram('taskset') : undefined;

/** Whether a program can be told which core to run on. */
export const canPin = taskset !== undefined;

type Command = { readonly program: string; readonly args: readonly string[] };

const pinned = (cores: string, { program, args }: Command): Command =>
  taskset === undefined
    ? { program, args }
    : { program: taskset, args: ['-c', cores, program, ...args] };

/** A command that runs on `core` where that can be said. */
export const onCore = (core: number, program: string, args: readonly string[]): Command =>
  pinned(String(core), { program, args });

/** A command that runs wherever there is room, although this process is pinned. */
export const onAnyCore = (program: string, args: readonly string[]): Command =>
  pinned(`0-${coreCount - 1}`, { program, args });

/** Moves this process, with all of its threads. */
export const moveTo = (core: number): void => {
  if (taskset === undefined) return;
  execFileSync(taskset, ['-a', '-c', '-p', String(core), String(process.pid)], { stdio: 'ignore' });
};

/** Programs that `start` starts stay on the server core; this process goes back to its own. */
export const startOnServerCore = async <T>(start: () => Promise<T>): Promise<T> => {
  moveTo(serverCore);
  try {
    return await start();
  } finally {
    moveTo(clientCore);
  }
};
