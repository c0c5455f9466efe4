import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, unlinkSync } from 'node:fs';
import { syncPath } from '../store/durable-file.ts';
import { listSegments, type SegmentName, usedBytes } from './segment-file.ts';
import type { Tails } from './tail.ts';

/** Removes what lies behind the ends of the chains; returns how many bytes had been written there. */
export const cutTails = (folder: string, tails: Tails): number => {
  let cutBytes = 0;
  let isRemoved = false;
  listSegments(folder).forEach((segments, index) => {
    const end = tails.ends[index];
    for (const segment of segments) {
      if (end !== undefined && segment.firstSeq < end.firstSeq) continue;
      if (end !== undefined && segment.firstSeq === end.firstSeq) {
        cutBytes += cutSegment(segment, end.offset);
        continue;
      }
      cutBytes += usedBytes(readFileSync(segment.path));
      unlinkSync(segment.path);
      isRemoved = true;
    }
  });
  // A file that came back with a power cut would stand behind what is written from now on.
  if (isRemoved) syncPath(folder);
  return cutBytes;
};

const cutSegment = (segment: SegmentName, offset: number): number => {
  const written = usedBytes(readFileSync(segment.path));
  const fd = openSync(segment.path, 'r+');
  try {
    ftruncateSync(fd, offset);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return Math.max(0, written - offset);
};
