// Every scenario that ships holds, and can fail: with one expectation made wrong, or its fault taken away, the answer is no.
// They run in real time for the most part, one after another; `npm run test:long` has the time for them.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runGatewayProcess } from '../support/gateway-process.ts';
import { findProgram } from '../support/programs.ts';

const folder = join(import.meta.dirname, '../../simulators/scenarios');
const names = readdirSync(folder).map((file) => file.replace('.yaml', ''));

const textOf = (name: string): string => readFileSync(join(folder, `${name}.yaml`), 'utf8');

const isPossible = (name: string): boolean =>
  ['mosquitto', 'influxd'].every(
    (program) => !textOf(name).includes(program) || findProgram(program) !== undefined,
  );

/** One change to each that must turn the answer. */
const breakages: Readonly<Record<string, readonly [from: RegExp, to: string]>> = {
  'line-clean': [/line\.panel\.maxAbsZMm,/, 'line.panel.maxAbsZMm, scale: 1.02,'],
  'silent-unit': [/device: park.pv\/7/, 'device: park.pv/17'],
  'arc-out': [/forMm: 500/, 'forMm: 100'],
  'plc-cut': [/kind: close/, 'kind: delay, delayMs: 1'],
  'counter-reset': [/tolerance: 0\.5,/, 'tolerance: 0.0001,'],
  'broker-down': [/receipts: 1/, 'receipts: 2'],
  'frozen-device': [/kind: frozen/, 'kind: delay, delayMs: 1'],
  // As if the gateway did not come back by itself.
  'opcua-restarted': [/kind: restart,\s+(device: line\.opcua)[^}]*/, 'kind: close, $1 '],
  'opcua-silent': [/kind: silent/, 'kind: clock, offsetMs: 1'],
  'opcua-clock': [/offsetMs: 3600000/, 'offsetMs: 1000'],
  'inverter-trip': [/inverter: 9/, 'inverter: 8'],
  'sensor-drift': [/share: -0\.15/, 'share: -0.01'],
  'meter-reversed': [/meter: pv/, 'meter: t05'],
  'charger-hung': [/charger: 5/, 'charger: 6'],
  'cell-imbalance': [/cell: 9/, 'cell: 9, millivolts: 20'],
  islanding: [/kind: islanding, cause: planned/, 'kind: inverter-trip, inverter: 1'],
};

describe('the scenarios that ship', () => {
  const temporary = mkdtempSync(join(tmpdir(), 'seamwatt-scenarios-'));

  afterAll(() => rmSync(temporary, { recursive: true, force: true }));

  for (const name of names) {
    it.skipIf(!isPossible(name))(`${name} holds`, async () => {
      const { code, out, log } = await runGatewayProcess(['verify', join(folder, `${name}.yaml`)]);
      expect(code, out + log).toBe(0);
    });
  }

  for (const [name, [from, to]] of Object.entries(breakages)) {
    it.skipIf(!isPossible(name))(`${name} does not hold when it is broken`, async () => {
      const text = textOf(name);
      expect(text).toMatch(from);
      const file = join(temporary, `${name}.yaml`);
      writeFileSync(file, text.replace(from, to));
      const { code, out, log } = await runGatewayProcess(['verify', file]);
      expect(code, out + log).toBe(3);
    });
  }
});
