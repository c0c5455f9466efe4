import { defineConfig } from 'vite';

// Relative addresses, so that the page also works below a sub-path of a proxy.
export default defineConfig({ base: './', build: { outDir: 'dist', emptyOutDir: true } });
