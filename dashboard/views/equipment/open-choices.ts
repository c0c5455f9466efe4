import { reactive } from 'vue';

/** Which equipment people have opened or closed themselves, by path; kept while they look at other views. */
export const openChoices: Map<string, boolean> = reactive(new Map());
