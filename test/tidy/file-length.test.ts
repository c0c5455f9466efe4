import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const most = 400;
const rooms = ['adapters', 'config', 'dashboard', 'gateway', 'scripts', 'simulators', 'test'];

it('every file has one job, and so fewer than 400 lines', () => {
  const files = globSync(`{${rooms.join(',')}}/**/*.ts`, {
    exclude: (name) => name === 'node_modules' || name === 'dist',
  });
  expect(files.length).toBeGreaterThan(500);
  const long = files.filter((file) => readFileSync(file, 'utf8').split('\n').length > most);
  expect(long).toEqual([]);
});
