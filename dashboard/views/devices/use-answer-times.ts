import { type Ref, shallowRef, watch } from 'vue';
import type { Device } from '../../api/types.ts';

type Counted = { readonly reads: number; readonly ms: number };

const countedOf = ({ counters }: Device): Counted | undefined => {
  const { reads_answered: reads, read_ms: ms } = counters;
  return reads === undefined || ms === undefined ? undefined : { reads, ms };
};

/**
 * How long the devices of each source took to answer between two looks, by id, in ms; without one where none has answered
 * or the protocol does not ask.
 */
export const useAnswerTimes = (
  devices: Readonly<Ref<readonly Device[] | undefined>>,
): Readonly<Ref<ReadonlyMap<string, number>>> => {
  const before = new Map<string, Counted>();
  const times = shallowRef<ReadonlyMap<string, number>>(new Map());
  watch(devices, (now = []) => {
    const next = new Map<string, number>();
    for (const device of now) {
      const counted = countedOf(device);
      if (counted === undefined) continue;
      const { reads, ms } = before.get(device.id) ?? { reads: 0, ms: 0 };
      // Fewer than before: the source was made anew.
      if (counted.reads > reads) {
        next.set(device.id, (counted.ms - ms) / (counted.reads - reads));
      }
      before.set(device.id, counted);
    }
    times.value = next;
  });
  return times;
};
