import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { modbusAdapter } from '../../../adapters/modbus/index.ts';
import { profileSchema } from '../../../adapters/modbus/profile-schema.ts';
import { systemClock } from '../../../gateway/runtime/system-clock.ts';
import { type RegisterDevice, startRegisterDevice } from '../../support/modbus-registers.ts';
import { loadProfile, modbusInput, tcpEntry } from '../../support/modbus-source.ts';
import { runSource, type SeenFrame } from '../../support/source-run.ts';

// Each folder is a case: `source.yaml` with the devices of an entry (and `options` of the entry), the profile in
// `profile.yaml` unless it is one that ships, `registers.yaml` with the registers of each unit from an address on, in
// hexadecimal, and `expected.txt`: what one cycle of reads gives, or what `check` says when the entry is refused.
// `registers.yaml` may be a list: what the registers become, one step after the other, while the device is read.

const folder = fileURLToPath(new URL('.', import.meta.url));
const cases = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const sourceSchema = z.strictObject({
  devices: z.array(z.record(z.string(), z.unknown())),
  options: z.record(z.string(), z.unknown()).default({}),
});
const stepSchema = z.record(z.string(), z.record(z.string(), z.string()));
const registersSchema = z.union([z.array(stepSchema), stepSchema.transform((step) => [step])]);

const load = (name: string, file: string): unknown =>
  parse(readFileSync(join(folder, name, file), 'utf8'));

const linesOf = ({ equipment, group, points }: SeenFrame): readonly string[] =>
  Object.entries(points).map(
    ([point, [value, status]]) => `${equipment}/${group} ${point} ${value} ${status}`,
  );

const setRegisters = (device: RegisterDevice, step: z.output<typeof stepSchema>): void => {
  for (const [unitId, blocks] of Object.entries(step)) {
    for (const [address, words] of Object.entries(blocks)) {
      const registers = words
        .trim()
        .split(/\s+/)
        .map((word) => Number.parseInt(word, 16));
      device.set(Number(address), registers, Number(unitId));
    }
  }
};

/** Of each group its last frame. */
const newest = (frames: readonly SeenFrame[]): readonly SeenFrame[] => [
  ...new Map(frames.map((frame) => [`${frame.equipment}/${frame.group}`, frame])).values(),
];

describe('golden cases of Modbus', () => {
  it.each(cases)('%s', async (name) => {
    const { devices, options } = sourceSchema.parse(load(name, 'source.yaml'));
    const own = existsSync(join(folder, name, 'profile.yaml'));
    const shipped = devices.flatMap(({ profile }) =>
      typeof profile === 'string' ? [profile] : [],
    );
    const profiles = own
      ? [profileSchema.parse(load(name, 'profile.yaml'))]
      : shipped.map(loadProfile);
    const device = await startRegisterDevice();
    const input = modbusInput(tcpEntry(device.port, devices, options), profiles);
    const issues = modbusAdapter.check?.(input) ?? [];
    const lines: string[] = issues.map(
      ({ path, found, expected }) => `${path.join('.')}: found ${found}, expected ${expected}`,
    );
    if (issues.length === 0) {
      const [first, ...later] = registersSchema.parse(load(name, 'registers.yaml'));
      if (first !== undefined) setRegisters(device, first);
      const source = modbusAdapter.createSource(input);
      const run = runSource(source, systemClock);
      const count = source.groups.length;
      await run.until(() => run.frames.length >= count);
      for (const frame of run.frames.slice(0, count)) lines.push(...linesOf(frame));
      for (const [index, step] of later.entries()) {
        setRegisters(device, step);
        // A poll under way may still show what was there before.
        const from = run.frames.length + count;
        await run.until(() => newest(run.frames.slice(from)).length === count);
        lines.push(`step ${index + 2}`, ...newest(run.frames.slice(from)).flatMap(linesOf));
      }
      await run.stop();
      for (const [index, text] of run.texts.entries()) lines.push(`text ${index + 1} ${text}`);
    }
    await device.close();
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(join(folder, name, 'expected.txt'));
  });
});
