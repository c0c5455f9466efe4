// Loads every module of the gateway once, so that Node keeps it without its types. A start that has to strip types loads
// the compiler for it into each thread: 100 MB and a second, of which the memory stays for as long as the process runs.
import { readdirSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const rooms = ['gateway', 'adapters', 'config', 'simulators'];
/** They run when they are loaded. */
const programs = new Set([join(root, 'gateway', 'main.ts'), join(root, 'simulators', 'main.ts')]);

// As the launcher names it.
enableCompileCache(join(root, 'node_modules', '.cache', 'compiled'));
for (const room of rooms) {
  for (const name of readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })) {
    const file = join(root, room, name);
    if (name.endsWith('.ts') && !programs.has(file)) await import(pathToFileURL(file).href);
  }
}
flushCompileCache();
