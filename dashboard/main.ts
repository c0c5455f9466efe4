import { createApp } from 'vue';
import AppShell from './shell/AppShell.vue';
import { i18n } from './shell/language.ts';
import { router } from './shell/router.ts';
import { followTheme } from './shell/theme.ts';
import './style/base.css';

followTheme();
createApp(AppShell).use(i18n).use(router).mount('#app');
