import { type EncodedLines, LineEncoder } from '../../adapters/influxdb/line-encoder.ts';
import type { RegisteredGroup } from '../../gateway/core/point.ts';
import { type TestDirectory, testDirectory, testGroup } from './entry-batch.ts';
import { type ParsedLine, parseLines } from './line-protocol.ts';

export const encoderOf = (directory: TestDirectory, simulated = false): LineEncoder =>
  new LineEncoder({ directory, enterprise: 'seamwatt', site: 'demo', simulated });

export const oneGroup = (
  options: Parameters<typeof testGroup>[0],
): { readonly directory: TestDirectory; readonly group: RegisteredGroup } => {
  const directory = testDirectory([testGroup(options)]);
  const [group] = directory.groups;
  if (group === undefined) throw new Error('no group');
  return { directory, group };
};

/** What was encoded, as a server would understand it. */
export const parseEncoded = ({ bytes }: EncodedLines): ParsedLine[] =>
  parseLines(bytes.toString('utf8'));
