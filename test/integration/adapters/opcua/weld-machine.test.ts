import { expect, it, onTestFinished } from 'vitest';
import type { Source } from '../../../../gateway/core/source.ts';
import { LockStepClock } from '../../../../gateway/runtime/lock-step-clock.ts';
import { lockStepWith } from '../../../../gateway/runtime/lock-step-control.ts';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import {
  createOpcuaTestSource,
  loadOpcuaProfile,
  makePkiFolder,
} from '../../../support/opcua-source.ts';
import { type Simulator, startSimulator } from '../../../support/simulator.ts';
import { runSource } from '../../../support/source-run.ts';

const start = async (...words: readonly string[]): Promise<Simulator> => {
  const simulator = await startSimulator(['--plants', 'line', '--line-opcua-port', '0', ...words]);
  onTestFinished(async () => {
    await simulator.stop();
  });
  return simulator;
};

const sourceOf = (simulator: Simulator, read: Record<string, unknown>): Source => {
  const folder = makePkiFolder();
  onTestFinished(() => folder.remove());
  return createOpcuaTestSource(
    {
      endpointUrl: simulator.url('line.opcua'),
      securityMode: 'None',
      read,
      devices: [{ profile: 'weld-machine-opcua', area: 'welding', line: 'mpm01-opcua' }],
    },
    folder.path,
    [loadOpcuaProfile('weld-machine-opcua')],
  );
};

type Truth = { readonly line: { readonly energyWh: number; readonly linePowerKw: number } };

it('reads the simulated welder step by step, as it truly is', async () => {
  const simulator = await start('--lock-step');
  const signal = AbortSignal.timeout(50_000);
  const { startMs, advance } = await lockStepWith(simulator.control, signal);
  const lastMs = startMs + 10_000;
  let truth: Truth | undefined;
  const clock = new LockStepClock({
    startMs,
    untilMs: lastMs,
    advance: async (toMs) => {
      await advance(toMs);
      if (toMs === lastMs) truth = (await simulator.send('GET', '/state')).body as Truth;
    },
    drain: () => Promise.resolve(),
  });
  const source = sourceOf(simulator, { mode: 'polling', periodMs: 100 });
  const running = runSource(source, clock);
  onTestFinished(async () => {
    await running.stop();
  });
  await clock.finished;

  const states = running.members.filter(({ member }) => member !== 'server');
  expect(states).toHaveLength(24);
  expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['up']));
  const seam = running.framesOf('f01');
  expect(seam).toHaveLength(101);
  expect(seam.map(({ timeMs }) => timeMs - startMs)).toEqual(
    Array.from({ length: 101 }, (_, i) => 100 * i),
  );
  const last = running.framesOf('line', 'line').at(-1)?.points;
  expect(last?.['linePower']?.[0]).toBeCloseTo(truth?.line.linePowerKw ?? Number.NaN, 2);
  expect(last?.['lineEnergy']?.[0]).toBeCloseTo(truth?.line.energyWh ?? Number.NaN, 3);
  // The arcs burn three seconds after the start, so that the last step is one of welding.
  expect(last?.['state']?.[0]).toBe(4);
  expect(seam.at(-1)?.points['arcOn']).toEqual([1, 'Good']);
  expect(seam.at(-1)?.points['arcPower']?.[0]).toBeGreaterThan(4000);
  expect(last?.['mode']).toEqual([1, 'Good']);
  const details = Object.entries(running.framesOf('line', 'details').at(-1)?.points ?? {});
  expect(details).toHaveLength(17);
  expect(details.filter(([, [, status]]) => status !== 'Good')).toEqual([]);
  expect(seam.at(-1)?.points['slidePosition']?.[1]).toBe('Good');
  expect(seam.at(-1)?.points['manualIntervention']).toEqual([0, 'Good']);
  const profile = running.framesOf('line', 'deformation').at(-1)?.points;
  expect(Object.keys(profile ?? {})).toHaveLength(13);
  expect(profile?.['deformation.z.12']?.[1]).toBe('Good');
  expect(running.events.map(({ code }) => code)).toEqual(['connection-unprotected']);
});

it('hears the simulated welder by subscription', async () => {
  const simulator = await start();
  const running = runSource(
    sourceOf(simulator, { mode: 'subscription', publishingIntervalMs: 200 }),
    systemClock,
  );
  onTestFinished(async () => {
    await running.stop();
  });
  await running.until(() => running.framesOf('b10').length >= 20);
  // Publishing may fall between the samplings of two nodes, so that only each point's own times are in order.
  const frames = running.framesOf('b10');
  let samples = 0;
  for (const point of Object.keys(frames[0]?.points ?? {})) {
    const times = frames
      .filter(({ points }) => points[point]?.[1] !== '0xFFFFFFFF')
      .map(({ timeMs }) => timeMs);
    samples += times.length;
    expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
    expect(times.every((timeMs) => timeMs % 100 === 0)).toBe(true);
  }
  expect(samples).toBeGreaterThan(frames.length * 3);
  expect(running.counters).toEqual({});
});
