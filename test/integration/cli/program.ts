import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export const launcher = join(import.meta.dirname, '../../../bin/seamwatt.mjs');

type StartOptions = {
  readonly program?: string;
  /** Arguments of Node itself. */
  readonly nodeArguments?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The folder in which it is started. */
  readonly folder?: string;
};

export type Ended = {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
};

export type Program = {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when it has written `text`; rejects when it ends before. */
  saw(text: string): Promise<void>;
};

/** Starts the command line as a process of its own, without the environment of this one; it never outlives its test. */
export const startProgram = (argv: readonly string[], options: StartOptions = {}): Program => {
  const { program = launcher, nodeArguments = [], env = {}, folder } = options;
  const child = spawn(process.execPath, [...nodeArguments, program, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let out = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk;
  });
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, out, errors }));
  const saw = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (out.includes(text) || errors.includes(text)) resolve();
      };
      look();
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.on('close', (code) => {
        look();
        reject(new Error(`ended with ${code} before "${text}": ${errors}`));
      });
    });
  return { child, ended, saw };
};

export const runProgram = (argv: readonly string[], options: StartOptions = {}): Promise<Ended> =>
  startProgram(argv, options).ended;
