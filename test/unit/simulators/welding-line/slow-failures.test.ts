// Goal: wear, dirt and drift of a machine do not go away with the panel. Method: three short panels of one seed, with and without
// the failure; noise is the same in both, so that every difference is of the failure.
import { describe, expect, it } from 'vitest';
import { FaultTable } from '../../../../simulators/faults/fault-table.ts';
import type { WeldFault } from '../../../../simulators/faults/weld-faults.ts';
import { noEffects } from '../../../../simulators/welding-line/failures/effects.ts';
import { Failures } from '../../../../simulators/welding-line/failures/failures.ts';
import { WeldingLine } from '../../../../simulators/welding-line/model.ts';
import type { TorchReadings } from '../../../../simulators/welding-line/readings.ts';
import { PanelEvents } from '../../../../simulators/welding-line/truth/events.ts';

const panelLengthMm = 400;
const startMs = Date.UTC(2023, 5, 21);
/** 400 mm at 0.8 m/min, and the step in which the arcs go out. */
const weldSeconds = 30;
const torch = 'B03';

const faultOf = (asked: Readonly<Record<string, unknown>>): WeldFault => {
  const table = new FaultTable([{ name: 'line.weld', protocol: 'weld' }], 0);
  table.add({ device: 'line.weld', torches: [torch], ...asked });
  const [fault] = table.weldFaultsOn('line.weld');
  if (fault === undefined) throw new Error('no fault');
  return fault;
};

const newLine = (): WeldingLine => new WeldingLine({ seed: 77, startMs, panelLengthMm });

/** A reading of the torch near the end of one panel after the other. */
const nearEnds = (line: WeldingLine, panels: number): readonly TorchReadings[] => {
  const shown: TorchReadings[] = [];
  while (shown.length < panels) {
    line.advanceTo(line.line.timeMs + 100);
    const { phase, positionMm } = line.line;
    if (phase !== 'weld' || positionMm < 350) continue;
    if (line.truth()['panelsStarted'] !== shown.length + 1) continue;
    shown.push({ ...(line.torches.find(({ id }) => id === torch) as TorchReadings) });
  }
  return shown;
};

const clean = nearEnds(newLine(), 3);
const withFault = (asked: Readonly<Record<string, unknown>>): readonly TorchReadings[] => {
  const line = newLine();
  line.setFailures([faultOf(asked)]);
  return nearEnds(line, 3);
};
const differences = (shown: readonly TorchReadings[], key: 'currentA' | 'offsetYMm'): number[] =>
  shown.map((readings, index) => readings[key] - (clean[index]?.[key] ?? 0));

describe('slow failures', () => {
  it('ramp the current on from panel to panel, by the time of the weld', () => {
    const lead = differences(
      withFault({ kind: 'parameter-drift', amperePerMinute: 6 }),
      'currentA',
    );
    // 350 mm are 26.3 s of 0.1 A/s, each panel before adds its 30 s.
    for (const [index, amperes] of lead.entries()) {
      expect(Math.abs(amperes - 0.1 * (26.3 + index * weldSeconds))).toBeLessThan(0.1);
    }
  });

  it('let the bias of a vision that drifts grow on', () => {
    const lead = differences(
      withFault({ kind: 'vision-drift', mmPerHour: 10, confidencePerHour: 0 }),
      'offsetYMm',
    );
    for (const [index, mm] of lead.entries()) {
      expect(Math.abs(mm - (10 * (26.3 + index * weldSeconds)) / 3600)).toBeLessThan(0.02);
    }
  });

  it('clog a nozzle further on each panel', () => {
    const pressure = withFault({ kind: 'nozzle-clog', minutes: 1 }).map(
      ({ backPressureMbar }, index) => backPressureMbar / (clean[index]?.backPressureMbar ?? 0),
    );
    for (const [index, share] of pressure.entries()) {
      expect(share).toBeCloseTo(1 + (0.5 * (26.3 + index * weldSeconds)) / 60, 2);
    }
  });

  it('hold from the first arc of a panel once they have begun at a place of one before', () => {
    const line = newLine();
    line.setFailures([faultOf({ kind: 'parameter-drift', amperePerMinute: 6, fromMm: 200 })]);
    const lead = differences(nearEnds(line, 3), 'currentA');
    expect(lead[0]).toBeCloseTo(1.1, 0);
    expect((lead[1] ?? 0) - (lead[0] ?? 0)).toBeCloseTo(3, 0);
    expect((lead[2] ?? 0) - (lead[1] ?? 0)).toBeCloseTo(3, 0);
  });

  it('begin anew when they are removed and asked for again', () => {
    const [line, twin] = [newLine(), newLine()];
    const asked = { kind: 'parameter-drift', amperePerMinute: 6 };
    line.setFailures([faultOf(asked)]);
    nearEnds(line, 1);
    line.setFailures([]);
    line.setFailures([faultOf(asked)]);
    line.advanceTo(line.line.timeMs + 1000);
    twin.advanceTo(line.line.timeMs);
    const [now, own] = [line, twin].map(
      ({ torches }) => torches.find(({ id }) => id === torch)?.currentA ?? 0,
    );
    // 1 s of it again, where 27.3 s would be 2.7 A.
    expect((now ?? 0) - (own ?? 0)).toBeCloseTo(0.1, 1);
  });

  it('let a worn tip go when the line puts in a new one, at that torch alone', () => {
    const failures = new Failures(77);
    const events = new PanelEvents();
    failures.set([faultOf({ kind: 'tip-wear', torches: ['F01', 'F02'], hours: 100 })], events);
    failures.changeTip(0);
    failures.advance({ step: 1, panelNumber: 1, positionMm: 10, isWelding: true }, events);
    expect(failures.effectsOn(0)).toBe(noEffects);
    expect(failures.effectsOn(1).currentSigmaShare).toBeCloseTo(2, 3);
  });

  it('leave a fast failure as it was: a gas ramp starts anew with each panel', () => {
    const line = newLine();
    line.setFailures([faultOf({ kind: 'gas-loss', rampSeconds: 60, toLPerMin: 6 })]);
    for (const { gasFlowLPerMin } of nearEnds(line, 2)) {
      // 26.3 s of 60 s on the way from 18 to 6 L/min.
      expect(gasFlowLPerMin).toBeCloseTo(12.7, 0);
    }
  });
});
