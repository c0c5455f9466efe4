import { readdirSync, readFileSync } from 'node:fs';

/** Seconds of processor time, user and system, that all threads of a process have used, to the nanosecond (Linux). */
export const cpuSeconds = (pid: number): number => {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const [ran = '0'] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    nanoseconds += Number(ran);
  }
  return nanoseconds / 1e9;
};

/** Resident memory in MiB. */
export const residentMebibytes = (pid: number): number => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
};

/** What a process uses between two looks. */
export class UsageWindow {
  readonly #pid: number;
  readonly #startCpuS: number;
  readonly #startMs = performance.now();

  constructor(pid: number) {
    this.#pid = pid;
    this.#startCpuS = cpuSeconds(pid);
  }

  read(): { readonly cpuS: number; readonly elapsedS: number; readonly corePercent: number } {
    const cpuS = cpuSeconds(this.#pid) - this.#startCpuS;
    const elapsedS = (performance.now() - this.#startMs) / 1000;
    return { cpuS, elapsedS, corePercent: (100 * cpuS) / elapsedS };
  }
}
