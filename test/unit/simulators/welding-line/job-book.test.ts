// Goal: job orders of the simulated machine follow its panels, and each state comes from one that it may come from.
import { describe, expect, it } from 'vitest';
import { JobBook } from '../../../../simulators/welding-line/job-book.ts';
import { WeldingLine } from '../../../../simulators/welding-line/model.ts';

/** Transitions of OPC 10031-4 §6.2. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  '': ['NotAllowedToStart', 'AllowedToStart', 'Running'],
  NotAllowedToStart: ['AllowedToStart', 'Aborted'],
  AllowedToStart: ['Running', 'NotAllowedToStart', 'Aborted'],
  Running: ['Interrupted', 'Ended', 'Aborted'],
  Interrupted: ['Running', 'Ended', 'Aborted'],
  Ended: [],
  Aborted: [],
};

const follow = (startMs: number, hours: number, isDisturbed = false) => {
  const model = new WeldingLine({ seed: 3, startMs, panelLengthMm: 200 });
  const book = new JobBook(model);
  const seen: { jobId: string; state: string; timeMs: number }[] = book.jobs.map(
    ({ jobId, state }) => ({ jobId, state, timeMs: startMs }),
  );
  model.onStep(() => {
    // Every 70 s the line breaks down for 3 s, and once an hour it is set up for five minutes.
    const seconds = Math.floor((model.line.timeMs - startMs) / 1000);
    const stands = seconds % 3600 < 300 ? 'setup' : 'automatic';
    const asked = seconds % 70 < 3 ? 'out-of-service' : stands;
    if (isDisturbed) model.operation.asked = asked;
    for (const { jobId, state } of book.step()) {
      seen.push({ jobId, state, timeMs: model.line.timeMs });
    }
  });
  model.advanceTo(startMs + hours * 3_600_000);
  return { seen, book };
};

describe('job orders of the machine', () => {
  it('are made, loaded, started and ended with their panels', () => {
    const { seen, book } = follow(Date.parse('2023-06-21T03:00:00Z'), 0.2);
    const of = (jobId: string) =>
      seen.filter((one) => one.jobId === jobId).map(({ state }) => state);
    expect(of('JO-20230621-001')).toEqual(['Running', 'Ended']);
    expect(of('JO-20230621-002')).toEqual([
      ...['NotAllowedToStart', 'AllowedToStart', 'Running', 'Ended'],
    ]);
    const second = book.jobs.find(({ jobId }) => jobId === 'JO-20230621-002');
    const at = (state: string) =>
      seen.find((one) => one.jobId === 'JO-20230621-002' && one.state === state)?.timeMs;
    expect(second).toMatchObject({ startMs: at('Running'), endMs: at('Ended') });
    expect(book.jobs.length).toBeLessThanOrEqual(7);
  });

  it('only ever move as their state machine has it, also while the line is held', () => {
    const { seen } = follow(Date.parse('2023-06-21T03:00:00Z'), 4, true);
    const last = new Map<string, string>();
    for (const { jobId, state } of seen) {
      const before = last.get(jobId) ?? '';
      if (before !== state) expect(allowed[before], `${jobId} from ${before}`).toContain(state);
      last.set(jobId, state);
    }
    expect(seen.filter(({ state }) => state === 'Interrupted').length).toBeGreaterThan(0);
  });

  it('are given up when their day is over before their panel comes', () => {
    // The scan of a 200 mm panel begins 18.5 s after its start, and it is unloaded 120 s later.
    const { seen } = follow(Date.parse('2023-06-21T23:58:40Z'), 0.1);
    const ofDay = seen.filter(({ jobId }) => jobId === 'JO-20230621-002');
    expect(ofDay.map(({ state }) => state)).toEqual(['NotAllowedToStart', 'Aborted']);
    expect(seen.some(({ jobId }) => jobId === 'JO-20230622-001')).toBe(true);
  });
});
