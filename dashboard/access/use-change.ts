import { type Ref, ref } from 'vue';

/** One change at a time, and why the last one failed. */
export const useChange = (): {
  readonly failure: Readonly<Ref<unknown>>;
  readonly isBusy: Readonly<Ref<boolean>>;
  run(change: () => Promise<void>): Promise<boolean>;
} => {
  const failure = ref<unknown>();
  const isBusy = ref(false);
  return {
    failure,
    isBusy,
    run: async (change) => {
      isBusy.value = true;
      failure.value = undefined;
      try {
        await change();
        return true;
      } catch (error) {
        failure.value = error;
        return false;
      } finally {
        isBusy.value = false;
      }
    },
  };
};
