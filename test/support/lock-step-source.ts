import { onTestFinished } from 'vitest';
import { LockStepClock } from '../../gateway/runtime/lock-step-clock.ts';
import { type RegisterDevice, startRegisterDevice } from './modbus-registers.ts';
import { type createSource, profileOf } from './modbus-source.ts';
import { runSource, type SourceRun } from './source-run.ts';

export const startMs = Date.UTC(2023, 5, 21);

/** A device that ends with the test. */
export const startRegisters = async (): Promise<RegisterDevice> => {
  const device = await startRegisterDevice();
  onTestFinished(() => device.close());
  return device;
};

/** Time moves only when all reads of an instant are done, so each test says to the frame what must come. */
export const runLockStep = (
  source: ReturnType<typeof createSource>,
  options: { readonly durationMs: number; readonly onMove?: (elapsedMs: number) => void },
): { readonly run: SourceRun; readonly finished: Promise<void> } => {
  const clock = new LockStepClock({
    startMs,
    untilMs: startMs + options.durationMs,
    advance: async (toMs) => options.onMove?.(toMs - startMs),
    drain: async () => undefined,
  });
  const run = runSource(source, clock);
  onTestFinished(async () => {
    await run.stop();
  });
  return { run, finished: Promise.race([clock.finished, run.ended.then(() => undefined)]) };
};

/** A profile of one register. */
export const one = profileOf([{ point: 'a', address: 0 }]);

/** When the frames of an equipment were taken, in ms from the start. */
export const times = (run: SourceRun, equipment = 'device'): readonly number[] =>
  run.framesOf(equipment).map((frame) => frame.timeMs - startMs);

export const values = (run: SourceRun, point = 'a', equipment = 'device'): readonly unknown[] =>
  run
    .framesOf(equipment)
    .flatMap((frame) => (frame.points[point] === undefined ? [] : [frame.points[point]]));
