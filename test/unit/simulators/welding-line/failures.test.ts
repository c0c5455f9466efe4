// Goal: each failure moves its own signature, at its place, and nothing else. Method: two panels of one seed, with and without the
// failure; noise is the same in both, so that every difference is of the failure.
import { describe, expect, it } from 'vitest';
import { FaultTable } from '../../../../simulators/faults/fault-table.ts';
import type { WeldFault } from '../../../../simulators/faults/weld-faults.ts';
import type { WeldingLine } from '../../../../simulators/welding-line/model.ts';
import type { TorchReadings } from '../../../../simulators/welding-line/readings.ts';
import { simulatePanel } from '../../../../simulators/welding-line/study.ts';

const panelLengthMm = 2000;
const seed = 77;
const fromMm = 1000;

const faultOf = (asked: Readonly<Record<string, unknown>>): WeldFault => {
  const table = new FaultTable([{ name: 'line.weld', protocol: 'weld' }], 0);
  table.add({ device: 'line.weld', ...asked });
  const [fault] = table.weldFaultsOn('line.weld');
  if (fault === undefined) throw new Error('no fault');
  return fault;
};

type Frame = {
  readonly xMm: number;
  readonly speed: number;
  readonly coolantLPerMin: number;
  readonly torches: readonly TorchReadings[];
};

const recorded = (faults: readonly WeldFault[]): { line: WeldingLine; frames: Frame[] } => {
  const frames: Frame[] = [];
  const line = simulatePanel({
    ...{ seed, panelLengthMm, faults },
    onStep: ({ line: shown, torches }) => {
      if (shown.phase !== 'weld') return;
      const { positionMm: xMm, travelSpeedMPerMin: speed } = shown;
      const { coolantLPerMin } = shown;
      frames.push({ xMm, speed, coolantLPerMin, torches: torches.map((torch) => ({ ...torch })) });
    },
  });
  return { line, frames };
};

const clean = recorded([]);

type Key = keyof TorchReadings;
/** Which readings differ from the clean panel, of one torch or of all others. */
const movedBy = (frames: readonly Frame[], isMeant: (id: string) => boolean): ReadonlySet<Key> => {
  const moved = new Set<Key>();
  for (const [index, frame] of frames.entries()) {
    for (const [place, torch] of frame.torches.entries()) {
      const twin = clean.frames[index]?.torches[place];
      if (twin === undefined || !isMeant(torch.id)) continue;
      for (const key of Object.keys(torch) as Key[]) {
        if (!Object.is(torch[key], twin[key])) moved.add(key);
      }
    }
  }
  return moved;
};

/** Sums over the panel follow from what moved. */
const sums: readonly Key[] = [
  ...(['energyWh', 'heatInputKjPerMm', 'arcOnSeconds', 'spoolKg', 'tipHours'] as const),
  ...(['corrections', 'faultCode'] as const),
];
const electric = ['currentA', 'arcPowerW', 'rmsCurrentA'] as const;

type Case = {
  readonly fault: Readonly<Record<string, unknown>>;
  /** What must move, and what may follow from it. */
  readonly moves: readonly Key[];
  readonly follows?: readonly Key[];
};

const one = { torches: ['B03'], fromMm };
const cases: readonly Case[] = [
  {
    fault: { kind: 'burn-through', ...one },
    moves: ['gapMm', 'currentA', 'voltageV'],
    follows: ['arcPowerW', 'rmsCurrentA'],
  },
  {
    fault: { kind: 'gas-loss', ...one },
    moves: ['gasFlowLPerMin', 'gasOk', 'voltageV', 'backPressureMbar'],
    follows: ['arcPowerW'],
  },
  {
    fault: { kind: 'nozzle-clog', minutes: 1, ...one },
    moves: ['voltageV', 'backPressureMbar'],
    follows: ['arcPowerW'],
  },
  {
    fault: { kind: 'lost-tracking', ...one },
    moves: ['isSeamAhead', 'seamFound', 'isTracking', 'confidence', 'offsetYMm'],
    follows: ['slideYMm'],
  },
  { fault: { kind: 'misalignment', ...one }, moves: ['offsetYMm', 'gapMm'] },
  {
    fault: { kind: 'vision-drift', mmPerHour: 10, confidencePerHour: 5, ...one },
    moves: ['offsetYMm', 'confidence'],
  },
  {
    fault: { kind: 'wire-slip', share: 0.3, ...one },
    moves: ['wireFeedMPerMin', 'wireMotorA', 'isWireStuck', 'currentA'],
    follows: [...electric, 'beadLegMm'],
  },
  {
    fault: { kind: 'arc-out', ...one },
    moves: ['arcOn', 'currentA', 'voltageV', 'wireFeedMPerMin', 'arcPowerW'],
    follows: [
      'wireMotorA',
      'nozzleCelsius',
      'pulseHz',
      'peakA',
      'baseA',
      'shortsPerSecond',
      'rmsCurrentA',
      'stickOutMm',
      'beadLegMm',
    ],
  },
  {
    fault: { kind: 'tip-wear', hours: 100, ...one },
    moves: ['currentA', 'voltageV'],
    follows: electric,
  },
  {
    fault: { kind: 'parameter-drift', amperePerMinute: 5, ...one },
    moves: ['currentA'],
    follows: electric,
  },
  {
    fault: { kind: 'sensor', signal: 'gasFlowLPerMin', shows: 'offset', by: -5, ...one },
    moves: ['gasFlowLPerMin'],
  },
];

describe.each(cases)('$fault.kind', ({ fault, moves, follows = [] }) => {
  const { line, frames } = recorded([faultOf(fault)]);

  it('moves its signature at its torch, and nothing else there', () => {
    const moved = movedBy(frames, (id) => id === 'B03');
    expect(moves.filter((key) => !moved.has(key))).toStrictEqual([]);
    const allowed = new Set<Key>([...moves, ...follows, ...sums]);
    expect([...moved].filter((key) => !allowed.has(key))).toStrictEqual([]);
  });

  it('moves no other torch', () => {
    // The nozzles share the air at the torches, which 19 arcs warm less than 20.
    const moved = movedBy(frames, (id) => id !== 'B03');
    expect([...moved].filter((key) => key !== 'nozzleCelsius')).toStrictEqual([]);
  });

  it('moves nothing before its place', () => {
    const before = frames.filter(({ xMm }) => xMm < fromMm - 2);
    expect(before.length).toBeGreaterThan(500);
    expect([...movedBy(before, () => true)]).toStrictEqual([]);
  });

  it('is an event of the panel with its place', () => {
    const { panel } = line.truth() as unknown as {
      panel: { events: { list: { kind: string; fromMm: number; failure?: string }[] } };
    };
    const event = panel.events.list.find(({ failure }) => failure !== undefined);
    expect(event?.kind).toBe(fault['kind']);
    expect(Math.abs((event?.fromMm ?? 0) - fromMm)).toBeLessThan(2);
  });
});

const atTorch = (frames: readonly Frame[], id: string, xMm: number): TorchReadings => {
  const frame = frames.find((one) => one.xMm >= xMm);
  const torch = frame?.torches.find((other) => other.id === id);
  if (torch === undefined) throw new Error(`no ${id} at ${xMm}`);
  return torch;
};

describe('failures by their numbers', () => {
  it('gas falls from 18 to 6 L/min on a ramp, and the voltage rises', () => {
    const { frames } = recorded([faultOf({ kind: 'gas-loss', rampSeconds: 10, ...one })]);
    // Half of the ramp is 5 s or 67 mm.
    expect(atTorch(frames, 'B03', fromMm + 67).gasFlowLPerMin).toBeCloseTo(12, -0.5);
    expect(atTorch(frames, 'B03', fromMm + 200).gasFlowLPerMin).toBeCloseTo(6, 0);
    const { voltageV } = atTorch(frames, 'B03', fromMm + 200);
    expect(voltageV - atTorch(clean.frames, 'B03', fromMm + 200).voltageV).toBeGreaterThan(0.1);
    expect(atTorch(frames, 'B03', fromMm + 200).faultCode).toBe(31);
  });

  it('a wire that sticks puts the arc out in a step and doubles the motor current', () => {
    const { frames } = recorded([faultOf({ kind: 'wire-slip', ...one })]);
    const stuck = atTorch(frames, 'B03', fromMm + 5);
    expect(stuck).toMatchObject({ arcOn: false, isWireStuck: true, faultCode: 41, voltageV: 70 });
    expect(stuck.wireMotorA).toBeCloseTo(3.2, 5);
  });

  it('a burn-through dips and then lifts the voltage and leaves a pit in the profile', () => {
    const { line, frames } = recorded([
      faultOf({ kind: 'burn-through', torches: ['F05'], fromMm }),
    ]);
    const dip =
      atTorch(frames, 'F05', fromMm + 2).voltageV -
      atTorch(clean.frames, 'F05', fromMm + 2).voltageV;
    const lift =
      atTorch(frames, 'F05', fromMm + 8).voltageV -
      atTorch(clean.frames, 'F05', fromMm + 8).voltageV;
    expect(dip).toBeCloseTo(-2, 6);
    expect(lift).toBeCloseTo(3, 6);
    expect(atTorch(frames, 'F05', fromMm + 30).gapMm).toBe(
      atTorch(clean.frames, 'F05', fromMm + 30).gapMm,
    );
    const z = (of: WeldingLine) => (of.profileTruth('panel') as unknown as { z: number[][] }).z;
    const depth = z(clean.line).map((row, index) =>
      Math.max(...row.map((height, column) => height - (z(line)[index]?.[column] ?? 0))),
    );
    const deep = depth.flatMap((mm, index) => (mm > 0.5 ? [50 * (index + 1)] : []));
    expect(deep).toStrictEqual([1050]);
  });

  it('a fit-up step decays within the time it is given', () => {
    const { frames } = recorded([faultOf({ kind: 'misalignment', stepMm: 1.5, ...one })]);
    const lead = (xMm: number): number =>
      atTorch(frames, 'B03', xMm).offsetYMm - atTorch(clean.frames, 'B03', xMm).offsetYMm;
    expect(lead(fromMm + 2)).toBeGreaterThan(1.2);
    expect(Math.abs(lead(fromMm + 40))).toBeLessThan(0.1);
    expect(lead(fromMm + 100)).toBe(0);
  });

  it('a slipping drive is slow by its share, with all torches unmoved but in their heat', () => {
    const { frames } = recorded([faultOf({ kind: 'speed-slip', share: 0.06, fromMm })]);
    const slow = frames.find(({ xMm }) => xMm > fromMm + 20)?.speed ?? 0;
    const fast = frames.find(({ xMm }) => xMm > fromMm - 20)?.speed ?? 0;
    expect(slow / fast).toBeCloseTo(0.94, 1);
    expect(slow).toBeLessThan(0.77);
  });

  it('ends behind its length', () => {
    const { frames } = recorded([faultOf({ kind: 'arc-out', ...one, forMm: 200 })]);
    expect(atTorch(frames, 'B03', fromMm + 100).arcOn).toBe(false);
    expect(atTorch(frames, 'B03', fromMm + 210).arcOn).toBe(true);
  });
});

describe('common causes', () => {
  const hitWithin = (frames: readonly Frame[], isHit: (torch: TorchReadings) => boolean) => {
    const hits = new Map<string, number>();
    for (const [index, { xMm, torches }] of frames.entries()) {
      if (xMm < fromMm) continue;
      for (const torch of torches) {
        if (!hits.has(torch.id) && isHit(torch)) hits.set(torch.id, index);
      }
    }
    const steps = [...hits.values()];
    return {
      ids: [...hits.keys()].sort(),
      seconds: (Math.max(...steps) - Math.min(...steps)) / 10,
    };
  };

  it('the gas main takes the gas from all 20 within its spread', () => {
    const { frames } = recorded([faultOf({ kind: 'common-cause', cause: 'gas-main', fromMm })]);
    const { ids, seconds } = hitWithin(frames, ({ gasFlowLPerMin }) => gasFlowLPerMin < 12);
    expect(ids).toHaveLength(20);
    expect(seconds).toBeLessThanOrEqual(2.6);
    expect(seconds).toBeGreaterThan(0.5);
  });

  it('the vision computer loses all seams of its face', () => {
    const { frames } = recorded([
      faultOf({ kind: 'common-cause', cause: 'vision-pc', face: 'back', fromMm, spreadMs: 0 }),
    ]);
    const { ids } = hitWithin(frames.slice(0, -1), ({ seamFound }) => !seamFound);
    expect(ids.filter((id) => id.startsWith('B'))).toHaveLength(10);
    expect([...movedBy(frames, (id) => id.startsWith('F'))]).toStrictEqual([]);
  });

  it('lost coolant puts all arcs out and stops the flow', () => {
    const { frames } = recorded([faultOf({ kind: 'common-cause', cause: 'coolant', fromMm })]);
    const { ids, seconds } = hitWithin(frames, ({ faultCode }) => faultCode === 51);
    expect(ids).toHaveLength(20);
    expect(seconds).toBeLessThanOrEqual(2);
    expect(frames.at(-1)?.torches.every(({ arcOn }) => !arcOn)).toBe(true);
    expect(frames.at(-1)?.coolantLPerMin).toBeCloseTo(6, 0);
    expect(clean.frames.at(-1)?.coolantLPerMin).toBeCloseTo(60, -0.5);
  });

  it('a lost PLC link holds what all torches show, while the truth goes on', () => {
    const { line, frames } = recorded([
      faultOf({ kind: 'common-cause', cause: 'plc-link', fromMm, spreadMs: 0 }),
    ]);
    const shown = (xMm: number): number => atTorch(frames, 'F07', xMm).currentA;
    expect(shown(fromMm + 400)).toBe(shown(fromMm + 10));
    expect(line.truth()['lastPanel']).toMatchObject({
      seams: (clean.line.truth()['lastPanel'] as { seams: object }).seams,
    });
  });
});

describe('wrong sensors', () => {
  const sensor = (more: object): WeldFault =>
    faultOf({ kind: 'sensor', signal: 'currentA', ...one, ...more });

  it('freeze, spike, show no number or bad quality, and leave the truth alone', () => {
    const frozen = recorded([sensor({ shows: 'frozen' })]).frames;
    expect(atTorch(frozen, 'B03', 1500).currentA).toBe(atTorch(frozen, 'B03', 1100).currentA);
    const nan = recorded([sensor({ shows: 'nan' })]);
    expect(atTorch(nan.frames, 'B03', 1500).currentA).toBeNaN();
    const bad = recorded([sensor({ shows: 'bad' })]).frames;
    expect([...atTorch(bad, 'B03', 1500).badSignals]).toStrictEqual(['currentA']);
    const spikes = recorded([sensor({ shows: 'spikes', by: 400 })]).frames;
    const high = spikes.filter(({ torches }) => (torches[12]?.currentA ?? 0) > 500).length;
    // 1 m is 750 steps, of which 2 %.
    expect(high).toBeGreaterThan(4);
    expect(high).toBeLessThan(40);
    const truth = (line: WeldingLine) => (line.truth()['lastPanel'] as { seams: object }).seams;
    expect(truth(nan.line)).toStrictEqual(truth(clean.line));
  });

  it('shows the truth again when it is gone', () => {
    const { frames } = recorded([sensor({ shows: 'frozen', forMm: 200 })]);
    expect(atTorch(frames, 'B03', 1300).currentA).toBe(atTorch(clean.frames, 'B03', 1300).currentA);
  });
});

describe('a panel number', () => {
  it('lets a failure pass the other panels', () => {
    const { frames } = recorded([faultOf({ kind: 'arc-out', panel: 2 })]);
    expect([...movedBy(frames, () => true)]).toStrictEqual([]);
  });
});
