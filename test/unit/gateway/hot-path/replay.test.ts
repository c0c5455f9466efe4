import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HotPathProgram } from '../../../../gateway/hot-path/program.ts';
import { demoPlant } from '../../../support/demo-plant.ts';
import { tickAt } from '../../../support/program-feed.ts';
import { testSeed } from '../../../support/seed.ts';

const startMs = 1_700_000_000_000;
const dayMs = 20_000;
const secondsOfDays = 30;
const secondsOfRestart = 6;
const restarts = 15;

/** All outputs of a tick, bit by bit. */
const outputsOf = (program: HotPathProgram, timeMs: number): string => {
  const parts: string[] = [];
  const tick = tickAt(timeMs, timeMs - (timeMs % dayMs));
  program.onTick(tick, (group, _timeMs, values, status) => {
    parts.push(`${group.number} ${Buffer.from(values.buffer).toString('hex')} ${status.join(' ')}`);
  });
  return parts.join('\n');
};

/** Runs the demo plant; at entry `restartAt` a new program takes over from a snapshot. */
const run = (seed: number, seconds: number, restartAt?: number) => {
  const plant = demoPlant(seed, startMs);
  let { program } = plant;
  const outputs: string[] = [];
  let entries = 0;
  for (let second = 0; second < seconds; second++) {
    for (let index = 0; index < plant.second.length; index++) {
      if (entries === restartAt) {
        const bytes = program.snapshot();
        program = demoPlant(seed, startMs).program;
        expect(program.restore(bytes)).toBe(true);
      }
      program.onEntry(plant.second, index);
      entries += 1;
    }
    outputs.push(outputsOf(program, startMs + second * 1000 + 1000));
    plant.advance();
  }
  return { outputs, state: program.snapshot(), entries };
};

describe('replay', () => {
  test('the same entries give the same bits', () => {
    const seed = testSeed();
    const first = run(seed, secondsOfDays);
    const second = run(seed, secondsOfDays);
    expect(second.outputs).toEqual(first.outputs);
    expect(Buffer.from(second.state).equals(Buffer.from(first.state))).toBe(true);
    expect(new Set(first.outputs).size).toBe(first.outputs.length);
  });

  test('a restart from a snapshot at any entry changes no bit', { timeout: 60_000 }, () => {
    const seed = testSeed();
    const seconds = secondsOfRestart;
    const uninterrupted = run(seed, seconds);
    fc.assert(
      fc.property(fc.nat(uninterrupted.entries - 1), (restartAt) => {
        const restarted = run(seed, seconds, restartAt);
        expect(restarted.outputs).toEqual(uninterrupted.outputs);
        expect(Buffer.from(restarted.state).equals(Buffer.from(uninterrupted.state))).toBe(true);
      }),
      { seed, numRuns: restarts },
    );
  });
});
