import { readonly, ref } from 'vue';

export type Theme = 'light' | 'dark';

const storageKey = 'seamwatt-theme';
const prefersDark = matchMedia('(prefers-color-scheme: dark)');

const storedTheme = (): Theme | undefined => {
  const stored = localStorage.getItem(storageKey);
  return stored === 'light' || stored === 'dark' ? stored : undefined;
};

const current = ref<Theme>('light');

/** Reactive: what is drawn by hand takes its colours anew when it changes. */
export const theme = readonly(current);

const show = (next: Theme): void => {
  current.value = next;
  // Element Plus goes by the class, the page's own colours by the scheme.
  document.documentElement.classList.toggle('dark', next === 'dark');
  document.documentElement.style.colorScheme = next;
};

/** As the person chose, else as the machine is set. */
export const followTheme = (): void => {
  const follow = (): void => show(storedTheme() ?? (prefersDark.matches ? 'dark' : 'light'));
  prefersDark.addEventListener('change', follow);
  follow();
};

export const switchTheme = (): void => {
  const next = current.value === 'dark' ? 'light' : 'dark';
  localStorage.setItem(storageKey, next);
  show(next);
};
