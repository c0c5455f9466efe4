import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { describeError } from '../core/error.ts';
import type { Kit } from './kit.ts';
import { WordedError } from './option-values.ts';

export type SimulatorAddress =
  | { readonly host: string; readonly port: number }
  | { readonly url: string };

export type RunningSimulators = {
  /** Base URL of their control interface. */
  readonly control: string;
  /** Where each simulated server listens, by its name. */
  readonly servers: Readonly<Record<string, SimulatorAddress>>;
  /** Resolves with the reason when they end. */
  readonly ended: Promise<string>;
  /** Asks them to end, and ends them when they do not. */
  stop(): Promise<void>;
};

const startSeconds = 30;
const stopMs = 3000;

/**
 * Simulators are separate programs that speak only wire protocols, so they are only ever started as processes. They end with
 * their standard input: a pipe that stays open for as long as this process lives, and no longer even when it is killed.
 * Ctrl+C in a terminal goes to a whole group of processes; of a group of their own, they are there until the gateway has stopped,
 * and no device is told of as lost.
 */
export const spawnSimulators = (
  flags: readonly string[],
  kit: Kit,
  stdout: 'inherit' | 'pipe',
): ChildProcess => {
  const { simulatorsProgram } = kit.composition;
  if (!existsSync(simulatorsProgram))
    throw new WordedError(kit.text.simulatorsMissing(simulatorsProgram));
  return spawn(process.execPath, [simulatorsProgram, '--exit-with-stdin', ...flags], {
    stdio: ['pipe', stdout, 'inherit'],
    detached: true,
    env: { ...process.env, SEAMWATT_LANG: kit.language },
  });
};

/** The code or signal that a child process ended with, in words. */
const endOf = async (child: ChildProcess): Promise<string> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.signalCode ?? `exit ${child.exitCode}`;
};

const firstLine = async (child: ChildProcess): Promise<string | undefined> => {
  if (child.stdout === null) return undefined;
  for await (const line of createInterface({ input: child.stdout })) return line;
  return undefined;
};

const announcementSchema = z
  .string()
  .transform((line, context): unknown => {
    try {
      return JSON.parse(line);
    } catch (error) {
      context.addIssue(describeError(error));
      return z.NEVER;
    }
  })
  .pipe(
    z.object({
      control: z.url(),
      servers: z
        .record(
          z.string(),
          z.union([z.object({ host: z.string(), port: z.int() }), z.object({ url: z.string() })]),
        )
        .default({}),
    }),
  );

/**
 * Starts simulators, those of the demo unless `flags` say otherwise, and waits until all of their servers listen. Throws a WordedError when they do not come up, or
 * when `signal` aborts before.
 */
export const startSimulators = async (
  kit: Kit,
  signal: AbortSignal,
  flags = kit.composition.demoSimulatorFlags,
): Promise<RunningSimulators> => {
  const child = spawnSimulators(flags, kit, 'pipe');
  const ended = endOf(child);
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const timer = new AbortController();
    const timeout = sleep(stopMs, 'timeout', { signal: timer.signal }).catch(() => 'ended');
    const first = await Promise.race([ended, timeout]);
    timer.abort();
    if (first === 'timeout') child.kill('SIGKILL');
    await ended;
  };
  const kill = (): boolean => child.kill('SIGKILL');
  const deadline = setTimeout(kill, startSeconds * 1000);
  signal.addEventListener('abort', kill, { once: true });
  const line = await firstLine(child);
  clearTimeout(deadline);
  signal.removeEventListener('abort', kill);
  if (line !== undefined) {
    const announcement = announcementSchema.safeParse(line);
    if (announcement.success) return { ...announcement.data, ended, stop };
    await stop();
    throw new WordedError(kit.text.simulatorsUnclear(line.slice(0, 200)));
  }
  const reason = await ended;
  throw new WordedError(
    reason === 'SIGKILL'
      ? kit.text.simulatorsSilent(startSeconds)
      : kit.text.simulatorsNotUp(reason),
  );
};
