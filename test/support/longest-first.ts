import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files of half a minute and more, the longest first. One of them that begins last keeps a worker busy while all others have
 * nothing left; without a cache of earlier durations, as on a fresh clone, Vitest can only go by the size of a file.
 */
export const longFiles = [
  'chaos/kill-and-restart',
  'e2e/lock-step-hour',
  'integration/adapters/opcua/liveness',
  'chaos/oracle',
  'integration/cli/verify',
  'e2e/opcua-machine',
  'e2e/refusals',
  'contract/opcua',
  'integration/adapters/modbus/dead-units',
  'integration/gateway/kpi/failure-modes',
  'e2e/another-build',
  'e2e/unplugged-day',
  'integration/gateway/records/panel-records',
  'integration/package/pack',
  'contract/modbus',
];

const placeOf = ({ moduleId }: TestSpecification): number => {
  const place = longFiles.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
  return place === -1 ? longFiles.length : place;
};

/** Begins with the files that take longest; what is not among them goes as Vitest would have it. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((one, other) => {
      const [oneGroup, otherGroup] = [one, other].map(
        ({ project }) => project.config.sequence.groupOrder ?? 0,
      ) as [number, number];
      return oneGroup - otherGroup || placeOf(one) - placeOf(other);
    });
  }
}
