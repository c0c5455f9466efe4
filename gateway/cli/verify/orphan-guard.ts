// A program of its own: ends the processes that it was told of when its standard input ends, and so also when the process that
// started them all was killed. Lines are `+PID` and `-PID`.
import { createInterface } from 'node:readline';

const pids = new Set<number>();

for await (const line of createInterface({ input: process.stdin })) {
  const pid = Number(line.slice(1));
  if (line.startsWith('+')) pids.add(pid);
  else pids.delete(pid);
}

for (const pid of pids) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    process.stderr.write(`${pid}: ${error.message}\n`);
  }
}
