// Goal: the states from which ISO 22400 counts times can be reached, and both faces of the line show them.
import { beforeEach, describe, expect, it } from 'vitest';
import { WeldingLine } from '../../../../simulators/welding-line/model.ts';
import { PlcImage } from '../../../../simulators/welding-line/plc-image.ts';

const startMs = Date.UTC(2023, 5, 21);
/** 3 s to find the seams and 15 s of travel; scan and unload; load. */
const panelLengthMm = 200;
const loadFromMs = 19_000 + 120_000;

/** When the second panel is being looked at, UTC epoch ms. */
const secondFind = (line: WeldingLine): number => {
  while (line.line.panelId !== 'MPM01-20230621-002' || line.line.phase !== 'find') {
    line.advanceTo(line.line.timeMs + 100);
  }
  return line.line.timeMs;
};

describe('the operation of the line', () => {
  let line: WeldingLine;
  let image: PlcImage;
  beforeEach(() => {
    line = new WeldingLine({ seed: 2023, startMs, panelLengthMm });
    image = new PlcImage(line);
  });

  const at = (afterMs: number): { phase: string; codes: readonly number[]; states: string } => {
    line.advanceTo(startMs + afterMs);
    image.update();
    const registers = image.holding.read(7, 2) ?? Buffer.alloc(4);
    const { phase, itemState, operationMode } = line.line;
    return {
      phase,
      codes: [registers.readUInt16BE(0), registers.readUInt16BE(2)],
      states: `${itemState}/${operationMode}`,
    };
  };
  const secondsIn = (): Record<string, number> =>
    (line.truth()['operation'] as unknown as { seconds: Record<string, number> }).seconds;

  it('is processing from the start, executing while a panel is clamped', () => {
    expect(at(10_000)).toEqual({ phase: 'weld', codes: [4, 1], states: 'Executing/Processing' });
    expect(at(loadFromMs + 5000)).toEqual({
      ...{ phase: 'load', codes: [1, 1], states: 'NotExecuting/Processing' },
    });
  });

  it.each([
    ['setup', 'setup', [9, 0], 'Executing/Setup'],
    ['maintenance', 'standby', [8, 2], 'NotExecuting/Maintenance'],
    ['idle', 'standby', [8, 3], 'NotExecuting/None'],
  ] as const)(
    '%s waits for the panel under way, and holds up the next one',
    (asked, phase, codes, states) => {
      line.operation.asked = asked;
      expect(at(10_000).phase).toBe('weld');
      expect(at(loadFromMs + 5000)).toEqual({ phase, codes, states });
      expect(line.line.panelId).toBe('MPM01-20230621-002');
      expect(line.line.linePowerKw).toBeLessThan(22);
      line.operation.asked = 'automatic';
      expect(at(loadFromMs + 65_000)).toMatchObject({ phase: 'load', codes: [1, 1] });
      // It is held up for as long as the truth says.
      const twin = new WeldingLine({ seed: 2023, startMs, panelLengthMm });
      expect(secondsIn()[states]).toBeGreaterThan(5);
      expect(secondFind(line) - secondFind(twin)).toBe(1000 * (secondsIn()[states] ?? 0));
    },
  );

  it('out of service stops the weld where it is, and goes on from there', () => {
    at(10_000);
    line.operation.asked = 'out-of-service';
    const { states, codes } = at(10_100);
    expect([states, codes]).toEqual(['OutOfService/Processing', [10, 1]]);
    const stoodAt = (line.truth()['panel'] as { positionMm: number }).positionMm;
    at(60_000);
    expect(line.torches.every(({ arcOn, currentA }) => !arcOn && currentA === 0)).toBe(true);
    expect(line.line.travelSpeedMPerMin).toBe(0);
    expect((line.truth()['panel'] as { positionMm: number }).positionMm).toBe(stoodAt);
    line.operation.asked = 'automatic';
    expect(at(62_000)).toMatchObject({ phase: 'weld', states: 'Executing/Processing' });
    expect(line.torches.filter(({ arcOn }) => arcOn).length).toBeGreaterThan(17);
    at(80_000);
    expect(line.line.phase).toBe('scan');
    const last = line.lastPanelTruth as unknown as {
      positionMm: number;
      seams: Record<string, { arcStarts: number }>;
      events: { list: { kind: string; fromMm: number; toMm: number }[] };
    };
    expect(last.positionMm).toBeGreaterThanOrEqual(panelLengthMm);
    expect(last.seams['F01']?.arcStarts).toBe(2);
    const [stop] = last.events.list.filter(({ kind }) => kind === 'out-of-service');
    expect(stop).toMatchObject({ fromMm: stoodAt, toMm: stoodAt });
  });

  it('follows a plan of changeovers and maintenance between panels, and has none by itself', () => {
    Object.assign(line.operation.plan, {
      ...{ setupEveryPanels: 1, setupSeconds: 60 },
      ...{ maintenanceEveryPanels: 2, maintenanceSeconds: 120 },
    });
    const seen: string[] = [];
    for (let ms = 0; ms < 900_000; ms += 1000) {
      const { phase } = at(ms);
      if (phase !== seen.at(-1)) seen.push(phase);
    }
    const cycle = ['find', 'ignite', 'weld', 'crater', 'scan', 'unload'];
    expect(seen.slice(0, 17)).toEqual([
      ...[...cycle, 'setup', 'load'],
      ...[...cycle, 'standby', 'setup', 'load'],
    ]);
    expect(secondsIn()).toMatchObject({
      'Executing/Setup': 120,
      'NotExecuting/Maintenance': 120,
    });
  });
});
