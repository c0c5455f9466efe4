/**
 * What the gateway's punctuality is compared with: a program on the same machine at the same time that does nothing but
 * keep the timers of the plant's periods, watched by the same monitor. Answers each line on its standard input with the
 * 99th percentile of its last whole minute in seconds.
 */
import { createInterface } from 'node:readline';
import { LoopDelay } from '../../../gateway/runtime/loop-delay.ts';

const periodsMs = [20, 100, 1000];

const delay = new LoopDelay({ windowMs: 60_000 });
let fired = 0;
for (const periodMs of periodsMs) {
  setInterval(() => {
    fired += 1;
  }, periodMs);
}
console.log('ready');
createInterface({ input: process.stdin })
  .on('line', () => console.log(fired > 0 ? delay.windowP99S : Number.NaN))
  .once('close', () => process.exit());
