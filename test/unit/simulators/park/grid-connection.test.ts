import { describe, expect, it } from 'vitest';
import { connectionAt, connectionPhase } from '../../../../simulators/park/grid-connection.ts';
import { type ParkInputs, untouched, withGrid } from '../../../../simulators/park/park-inputs.ts';
import { amountOf, quantity } from '../../../../simulators/park/quantities.ts';
import { buildTimeline, hourMs, totalWh } from './park-fixture.ts';

const noonMs = Date.UTC(2023, 5, 21, 4);
const midnightMs = Date.UTC(2023, 5, 20, 16);
const seed = 2023;

const phaseAfter = (inputs: ParkInputs, ms: number): number =>
  connectionAt(inputs.grid, noonMs + ms).phase;

describe('the grid connection', () => {
  const lost = withGrid(untouched, 'lost', noonMs);

  it('goes through the dark and a black start into the island when the grid is lost', () => {
    expect(phaseAfter(untouched, 0)).toBe(connectionPhase.gridTied);
    expect(phaseAfter(lost, 0)).toBe(connectionPhase.transition);
    expect(connectionAt(lost.grid, noonMs)).toMatchObject({ source: 'none', isClosed: false });
    expect(phaseAfter(lost, 5000)).toBe(connectionPhase.blackStart);
    expect(phaseAfter(lost, 64_999)).toBe(connectionPhase.blackStart);
    expect(phaseAfter(lost, 65_000)).toBe(connectionPhase.islanded);
    expect(lost).toMatchObject({ islandings: 1, blackStarts: 1 });
  });

  it('islands on purpose without a break and without a black start', () => {
    const opened = withGrid(untouched, 'opened', noonMs);
    expect(connectionAt(opened.grid, noonMs)).toMatchObject({
      phase: connectionPhase.transition,
      source: 'battery',
      hasGridVoltage: true,
    });
    expect(phaseAfter(opened, 5000)).toBe(connectionPhase.islanded);
    expect(opened).toMatchObject({ islandings: 1, blackStarts: 0 });
    const thenLost = withGrid(opened, 'lost', noonMs + hourMs);
    expect(connectionAt(thenLost.grid, noonMs + hourMs).source).toBe('battery');
    expect(thenLost).toMatchObject({ islandings: 1, blackStarts: 0 });
  });

  it('synchronises before it closes again', () => {
    const back = withGrid(lost, 'present', noonMs + hourMs);
    expect(connectionAt(back.grid, noonMs + hourMs)).toMatchObject({
      phase: connectionPhase.transition,
      source: 'battery',
      isClosed: false,
    });
    expect(phaseAfter(back, hourMs + 30_000)).toBe(connectionPhase.gridTied);
    expect(withGrid(untouched, 'present', noonMs)).toBe(untouched);
  });
});

describe('the park as an island', () => {
  const islandAt = (startMs: number, share: number, inputs: Partial<ParkInputs> = {}) => {
    const timeline = buildTimeline({ seed, countsFromMs: startMs, inputs });
    const island = withGrid({ ...untouched, ...inputs }, 'opened', startMs);
    timeline.change({ atMs: startMs, inputs: island, storedShare: share });
    return timeline;
  };
  const rate = (moment: { readonly rates: Float64Array }, index: number): number =>
    amountOf(moment.rates, index);

  it('serves what the battery can, exchanges nothing with the grid, and counts its time', () => {
    const timeline = islandAt(noonMs, 0.6);
    const start = totalWh(timeline.at(noonMs));
    const end = totalWh(timeline.at(noonMs + hourMs));
    const since = (index: number): number => amountOf(end, index) - amountOf(start, index);
    expect(since(quantity.import)).toBe(0);
    expect(since(quantity.export)).toBe(0);
    expect(since(quantity.islandTime)).toBeCloseTo(1000, 9);
    const servedWh = since(quantity.load) + since(quantity.ev);
    expect(since(quantity.islandServed)).toBeCloseTo(servedWh, 6);
    const inWh = since(quantity.pv) + since(quantity.discharge);
    expect(inWh).toBeCloseTo(servedWh + since(quantity.charge), 6);
  });

  it('curtails the sun that a full battery cannot take', () => {
    // A Sunday, when the sun gives more than the buildings need.
    const sundayMs = Date.UTC(2023, 5, 25, 4);
    const moment = islandAt(sundayMs, 0.95, { clearness: 1 }).at(sundayMs + 60_000);
    expect(rate(moment, quantity.pvCurtailed)).toBeGreaterThan(100);
    expect(rate(moment, quantity.charge)).toBe(0);
    const neededKw = rate(moment, quantity.load) + rate(moment, quantity.ev);
    expect(rate(moment, quantity.pv)).toBeCloseTo(neededKw, 9);
  });

  it('sheds the chargers first and then the buildings when the night is longer than the battery', () => {
    const timeline = islandAt(midnightMs, 0.2);
    const early = timeline.at(midnightMs + 60_000);
    expect(rate(early, quantity.unserved)).toBe(0);
    const late = timeline.at(midnightMs + 4 * hourMs);
    expect(rate(late, quantity.unserved)).toBeGreaterThan(500);
    expect(rate(late, quantity.ev)).toBe(0);
    expect(late.storedKwh).toBe(300);
    expect(rate(late, quantity.discharge)).toBe(0);
  });

  it('is dark while nothing carries the bus', () => {
    const timeline = buildTimeline({ seed, countsFromMs: noonMs });
    timeline.change({ atMs: noonMs, inputs: withGrid(untouched, 'lost', noonMs) });
    const moment = timeline.at(noonMs + 30_000);
    for (const index of [quantity.pv, quantity.load, quantity.ev, quantity.discharge]) {
      expect(rate(moment, index)).toBe(0);
    }
    expect(rate(moment, quantity.unserved)).toBeGreaterThan(1000);
    expect(moment.connection.source).toBe('none');
  });
});
