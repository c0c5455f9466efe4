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

// After an upgrade of the gateway the parts that this page has not loaded yet are others: it begins anew.
router.onError((error: unknown, to) => {
  if (!/dynamically imported module|module script/i.test(String(error))) return;
  location.hash = to.fullPath;
  location.reload();
});
