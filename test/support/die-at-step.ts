/**
 * Preloaded into a program (`--import`), kills its process just before a worker's n-th step that changes the disk: a call of
 * node:fs or a statement of SQLite. `SEAMWATT_DIE` is `<thread>:<n>`; `SEAMWATT_STEPS` names a file to which each thread adds a
 * byte a step, so that somebody can count them.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { isMainThread, threadName } from 'node:worker_threads';

const { appendFileSync } = fs;
const [thread, at] = (process.env['SEAMWATT_DIE'] ?? '').split(':');
const countFile = process.env['SEAMWATT_STEPS'];
let steps = 0;
let isCounting = false;

const step = (): void => {
  if (isCounting) return;
  if (threadName === thread && steps === Number(at)) process.kill(process.pid, 'SIGKILL');
  steps += 1;
  if (countFile === undefined) return;
  isCounting = true;
  appendFileSync(`${countFile}.${threadName}`, '.');
  isCounting = false;
};

const before = <Target extends object>(target: Target, name: keyof Target): void => {
  const real = target[name] as unknown as (...parameters: unknown[]) => unknown;
  const stepping = function (this: unknown, ...parameters: unknown[]): unknown {
    step();
    return real.apply(this, parameters);
  };
  Object.assign(target, { [name]: stepping });
};

if (!isMainThread) {
  for (const name of [
    'writeSync',
    'ftruncateSync',
    'fdatasyncSync',
    'fsyncSync',
    'unlinkSync',
    'renameSync',
    'mkdirSync',
    'writeFileSync',
  ] as const) {
    before(fs, name);
  }
  before(DatabaseSync.prototype, 'exec');
  before(StatementSync.prototype, 'run');
  syncBuiltinESMExports();
}
