import { createRouter, createWebHashHistory } from 'vue-router';
import { views } from './views.ts';

/** By the part behind `#`, which no proxy or sub-path changes and no server needs to know. */
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    ...views.map(({ path, name, load }) => ({ path, name, component: load })),
    { path: '/:rest(.*)*', redirect: '/' },
  ],
});
