// Goal: rows are brought once each, in order, with what was measured of their bin, through jumps, noise and panels. Method: the cells
// of the rows by themselves, with steps by hand.
import { describe, expect, test } from 'vitest';
import { ArenaPlan } from '../../../../../gateway/hot-path/arena.ts';
import {
  type BinField,
  binSignalIndex,
  countIntervention,
  endBins,
  enterBin,
  leaveBin,
  nextBin,
  passBins,
  pushBinSample,
  pushBinStep,
  readBin,
  reserveBinRows,
  signalFields,
} from '../../../../../gateway/kpi/welding/bin-rows.ts';

const makeRows = (signals = 2) => {
  const plan = new ArenaPlan();
  // The arena begins with other things: an index that is 0 by mistake is not one of these cells.
  plan.reserve(9, [3, 3, 3, 3, 3, 3, 3, 3, 3]);
  const efficiencyIndex = plan.reserve(1, [0.8]);
  const hasGasIndex = plan.reserve(1, [1]);
  const rows = reserveBinRows(plan, { widthMm: 10, signals, efficiencyIndex, hasGasIndex });
  const source = plan.reserve(1);
  const isUncertain = plan.reserve(1);
  const memory = plan.allocate();
  const { stepCells } = rows;
  let atMm = 0;
  let timeMs = 0;
  memory[rows.panelIdIndex] = 7;
  /** 100 ms at 2 W with the arc on, from where the seam is. */
  const go = (
    toMm: number,
    more: { ms?: number; arcOn?: boolean; lost?: boolean; bad?: boolean } = {},
  ): void => {
    const { ms = 100, arcOn = true, lost = false, bad = false } = more;
    timeMs += ms;
    memory[stepCells.fromMm] = atMm;
    memory[stepCells.toMm] = toMm;
    memory[stepCells.ms] = ms;
    memory[stepCells.endMs] = timeMs;
    memory[stepCells.powerW] = 2;
    memory[stepCells.isArcOn] = arcOn ? 1 : 0;
    memory[stepCells.isLost] = lost ? 1 : 0;
    memory[stepCells.isUncertain] = bad ? 1 : 0;
    pushBinStep(memory, rows);
    atMm = toMm;
  };
  /** As if it had not been measured. */
  const pass = (toMm: number, ms = 100): void => {
    timeMs += ms;
    memory[stepCells.toMm] = toMm;
    memory[stepCells.endMs] = timeMs;
    passBins(memory, rows);
    atMm = toMm;
  };
  const enter = (placeMm: number): void => {
    memory[stepCells.toMm] = placeMm;
    enterBin(memory, rows);
  };
  const sample = (value: number, signal = 0): void => {
    memory[source] = value;
    pushBinSample(memory, rows, { signal, source, isUncertain });
  };
  const read = (field: BinField): number => readBin(memory, rows, field);
  const statistics = (signal = 0): readonly number[] => {
    const base = binSignalIndex(memory, rows, signal);
    return Object.values(signalFields).map((field) => memory[base + field] as number);
  };
  /** Every row that is due, by what is asked for. */
  const bring = <T>(show: () => T): readonly T[] => {
    const shown: T[] = [];
    while (nextBin(memory, rows)) shown.push(show());
    return shown;
  };
  const jumpTo = (mm: number): void => {
    atMm = mm;
  };
  return {
    ...{ memory, rows, go, pass, enter, sample, read, statistics, bring, jumpTo },
    ...{ efficiencyIndex, hasGasIndex },
    leave: () => leaveBin(memory, rows),
    intervene: () => countIntervention(memory, rows),
    end: () => endBins(memory, rows),
    time: () => memory[rows.timeIndex] as number,
  };
};

describe('a row', () => {
  test('has the parts of the steps in its bin, cut at the edges', () => {
    const { go, bring, read, time } = makeRows();
    go(4, { lost: true });
    go(14, { ms: 200 });
    go(25, { arcOn: false, ms: 110 });
    const rows = bring(() => ({
      bin: read('binNumber'),
      panel: read('panelId'),
      mm: [read('lengthMm'), read('arcOnMm'), read('lostMm')],
      mj: read('energyMj'),
      time: time(),
    }));
    expect(rows).toEqual([
      // 100 ms of 2 W, then 0.6 of 200 ms.
      { bin: 0, panel: 7, mm: [10, 10, 4], mj: 440, time: 220 },
      { bin: 1, panel: 7, mm: [10, 4, 0], mj: 160, time: 360 },
    ]);
  });

  test('comes once, when the seam is 1 mm beyond its bin', () => {
    const { go, bring, read } = makeRows();
    go(10.9);
    expect(bring(() => read('binNumber'))).toEqual([]);
    go(11);
    expect(bring(() => read('binNumber'))).toEqual([0]);
    expect(bring(() => read('binNumber'))).toEqual([]);
    go(10.2);
    go(21);
    expect(bring(() => [read('binNumber'), read('lengthMm')])).toEqual([[1, 10]]);
  });

  test('is uncertain where a step of it is, and nowhere else', () => {
    const { go, bring, read } = makeRows();
    go(5);
    go(15, { bad: true });
    go(31);
    expect(bring(() => read('isUncertain'))).toEqual([1, 1, 0]);
  });

  test('has k and gas of the process when its bin was opened', () => {
    const { go, bring, read, memory, efficiencyIndex, hasGasIndex } = makeRows();
    go(8);
    memory[efficiencyIndex] = 1;
    memory[hasGasIndex] = 0;
    go(25);
    expect(bring(() => [read('efficiency'), read('hasGas')])).toEqual([
      [0.8, 1],
      [1, 0],
    ]);
  });

  test('of a panel begins where its first step does, and not before zero', () => {
    const { go, bring, read, jumpTo } = makeRows();
    jumpTo(-12);
    go(3);
    jumpTo(-3);
    go(12);
    expect(bring(() => [read('binNumber'), read('lengthMm')])).toEqual([[0, 13]]);
    const later = makeRows();
    later.jumpTo(34);
    later.go(55);
    expect(later.bring(() => [later.read('binNumber'), later.read('lengthMm')])).toEqual([
      [3, 6],
      [4, 10],
    ]);
  });

  test('does not begin with the noise of the encoder', () => {
    const { go, bring, read, jumpTo } = makeRows();
    jumpTo(20.1);
    go(19.9);
    go(31);
    // The step back is none; the one that follows begins in its bin.
    expect(bring(() => [read('binNumber'), read('lengthMm')])).toEqual([
      [1, expect.closeTo(0.1, 9)],
      [2, 10],
    ]);
  });

  test('takes nothing that comes back into it when it is closed', () => {
    const { go, bring, read } = makeRows();
    go(11);
    go(9.5);
    go(21);
    // What lies in the open bin was gone over twice.
    expect(bring(() => read('lengthMm'))).toEqual([10, 11]);
  });
});

describe('samples', () => {
  test('are those of the bin that was entered, by signal', () => {
    const { go, enter, sample, bring, statistics } = makeRows();
    go(5);
    enter(5);
    for (const value of [-3, 4, 1]) sample(value);
    sample(9, 1);
    go(12);
    enter(12);
    sample(7);
    go(21);
    expect(bring(() => [statistics(0), statistics(1)])).toEqual([
      [
        [3, 2, 26, -3, 4, 0],
        [1, 9, 81, 9, 9, 0],
      ],
      [
        [1, 7, 49, 7, 7, 0],
        [0, 0, 0, 0, 0, 0],
      ],
    ]);
  });

  test('of nowhere are none', () => {
    const { go, enter, leave, sample, end, bring, statistics, intervene } = makeRows();
    sample(1);
    expect(intervene()).toBe(false);
    go(5);
    enter(5);
    leave();
    sample(2);
    enter(-5);
    sample(3);
    enter(5);
    end();
    sample(4);
    expect(bring(() => statistics(0)[0])).toEqual([0]);
  });

  test('of a bin that is closed are none', () => {
    const { go, enter, sample, bring, statistics } = makeRows();
    go(11);
    enter(9);
    sample(1);
    go(21);
    expect(bring(() => statistics(0)[0])).toEqual([0, 0]);
  });

  test('interventions are counted where they began', () => {
    const { go, enter, intervene, bring, read } = makeRows();
    go(5);
    enter(5);
    expect([intervene(), intervene()]).toEqual([true, true]);
    go(21);
    expect(bring(() => read('interventions'))).toEqual([2, 0]);
  });
});

describe('what was not measured', () => {
  test('ends the bins on the way all the same, with the time they were passed', () => {
    const { go, pass, bring, read, time } = makeRows();
    go(5);
    pass(31);
    expect(bring(() => [read('binNumber'), read('lengthMm'), time()])).toEqual([
      [0, 5, 100],
      [1, 0, 101],
      [2, 0, 102],
    ]);
    go(41);
    expect(bring(() => [read('binNumber'), read('lengthMm')])).toEqual([[3, 9]]);
  });

  test('gives the bin that it ended in the time of then', () => {
    const { go, pass, bring, time, end } = makeRows();
    go(5);
    pass(8, 900);
    end();
    expect(bring(time)).toEqual([1000]);
  });

  test('begins no panel', () => {
    const { pass, go, bring, read, jumpTo } = makeRows();
    pass(31);
    expect(bring(() => read('binNumber'))).toEqual([]);
    jumpTo(40);
    go(51);
    expect(bring(() => read('binNumber'))).toEqual([4]);
  });

  test('back behind what is closed changes nothing', () => {
    const { go, pass, bring, read } = makeRows();
    go(21);
    pass(3);
    expect(bring(() => read('binNumber'))).toEqual([0, 1]);
    go(31);
    expect(bring(() => read('binNumber'))).toEqual([2]);
  });
});

describe('panels', () => {
  test('close what is open, and the next begins behind it with its own numbers and id', () => {
    const { go, end, bring, read, memory, rows, jumpTo, enter, sample, statistics } = makeRows();
    go(15);
    enter(15);
    sample(5);
    end();
    expect(bring(() => [read('binNumber'), statistics(0)[0]])).toEqual([
      [0, 0],
      [1, 1],
    ]);
    memory[rows.panelIdIndex] = 8;
    jumpTo(2);
    go(9);
    expect(bring(() => read('binNumber'))).toEqual([]);
    go(11);
    expect(bring(() => [read('panelId'), read('binNumber'), read('lengthMm')])).toEqual([
      [8, 0, 8],
    ]);
  });

  test('that end twice, or without a step, have no row', () => {
    const { go, end, bring, read } = makeRows();
    end();
    expect(bring(() => read('binNumber'))).toEqual([]);
    go(5);
    end();
    end();
    expect(bring(() => read('binNumber'))).toEqual([0]);
  });

  test('have rows in one order of time, whatever they ended at', () => {
    const { go, end, bring, time, jumpTo } = makeRows();
    go(25, { ms: 1000 });
    end();
    jumpTo(0);
    go(5, { ms: 1 });
    end();
    const times = bring(time);
    expect(times).toEqual([400, 800, 1000, 1001]);
  });

  test('more rows than are held lose the oldest, and no other', () => {
    const { go, bring, read } = makeRows();
    for (let mm = 5; mm <= 1001; mm += 4) go(mm);
    const bins = bring(() => read('binNumber'));
    expect(bins.at(-1)).toBe(99);
    // 64 are held, and the one that is open is among them.
    expect(bins).toEqual(Array.from({ length: 63 }, (_, index) => 37 + index));
  });
});
