import type { ReloadDesk } from '../../gateway/runtime/reloader.ts';

/** Of a gateway whose configuration nobody changes. */
export const noReloads: ReloadDesk = {
  configurationId: 'test',
  last: undefined,
  reload: async (trigger) => ({
    trigger,
    timeMs: 0,
    result: 'unchanged',
    configurationId: 'test',
    change: undefined,
    problems: [],
  }),
};
