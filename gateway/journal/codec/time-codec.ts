import { type ByteReader, type ByteWriter, zigzagLimit } from './bytes.ts';
import type { StoredEntries } from './stored-entries.ts';

/**
 * Times as differences: to the entry before (`timeMs`), to the entry's own `timeMs` (`receivedMs`). In whole ms where all
 * are, else in 1/4096 ms, which is exact for every float64 from 2004 to 2039, else as they are.
 */
const fineMode = 1;
const rawMode = 2;
const equalMode = 3;
const fineScale = 4096;

const scales = [1, fineScale] as const;

export const writeTimes = (input: {
  readonly source: StoredEntries;
  readonly selected: Uint32Array;
  readonly times: ByteWriter;
  readonly received: ByteWriter;
}): void => {
  const { source, selected, times, received } = input;
  const timeMode = scales.findIndex((scale) => timesFit(source, selected, scale));
  times.byte(timeMode < 0 ? rawMode : timeMode);
  let previous = 0;
  let first = true;
  for (const entry of selected) {
    const timeMs = source.timeMs[entry] as number;
    if (timeMode < 0 || first) times.float64(timeMs);
    else times.zigzag((timeMs - previous) * (scales[timeMode] as number));
    previous = timeMs;
    first = false;
  }
  writeReceived({ source, selected, received });
};

const timesFit = (source: StoredEntries, selected: Uint32Array, scale: number): boolean => {
  let previous = source.timeMs[selected[0] as number] as number;
  for (const entry of selected) {
    const timeMs = source.timeMs[entry] as number;
    const change = (timeMs - previous) * scale;
    if (!Number.isInteger(change) || Math.abs(change) > zigzagLimit) return false;
    if (!Object.is(previous + (timeMs - previous), timeMs)) return false;
    previous = timeMs;
  }
  return true;
};

const writeReceived = (input: {
  readonly source: StoredEntries;
  readonly selected: Uint32Array;
  readonly received: ByteWriter;
}): void => {
  const { source, selected, received } = input;
  const equal = selected.every((entry) =>
    Object.is(source.timeMs[entry], source.receivedMs[entry]),
  );
  if (equal) {
    received.byte(equalMode);
    return;
  }
  const mode = scales.findIndex((scale) => receivedFit(source, selected, scale));
  received.byte(mode < 0 ? rawMode : mode);
  for (const entry of selected) {
    const receivedMs = source.receivedMs[entry] as number;
    if (mode < 0) received.float64(receivedMs);
    else
      received.zigzag((receivedMs - (source.timeMs[entry] as number)) * (scales[mode] as number));
  }
};

const receivedFit = (source: StoredEntries, selected: Uint32Array, scale: number): boolean => {
  for (const entry of selected) {
    const timeMs = source.timeMs[entry] as number;
    const receivedMs = source.receivedMs[entry] as number;
    const change = (receivedMs - timeMs) * scale;
    if (!Number.isInteger(change) || Math.abs(change) > zigzagLimit) return false;
    if (!Object.is(timeMs + (receivedMs - timeMs), receivedMs)) return false;
  }
  return true;
};

export const readTimes = (input: {
  readonly entries: StoredEntries;
  readonly times: ByteReader;
  readonly received: ByteReader;
}): void => {
  const { entries, times, received } = input;
  const { length, timeMs, receivedMs } = entries;
  const timeMode = times.byte();
  const timeScale = timeMode === fineMode ? fineScale : 1;
  for (let entry = 0; entry < length; entry++) {
    timeMs[entry] =
      timeMode === rawMode || entry === 0
        ? times.float64()
        : (timeMs[entry - 1] as number) + times.zigzag() / timeScale;
  }
  const mode = received.byte();
  const scale = mode === fineMode ? fineScale : 1;
  for (let entry = 0; entry < length; entry++) {
    const own = timeMs[entry] as number;
    if (mode === equalMode) receivedMs[entry] = own;
    else if (mode === rawMode) receivedMs[entry] = received.float64();
    else receivedMs[entry] = own + received.zigzag() / scale;
  }
};
