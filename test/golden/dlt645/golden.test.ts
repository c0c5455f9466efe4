import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { dlt645Adapter } from '../../../adapters/dlt645/dlt645-adapter.ts';
import { profileSchema } from '../../../adapters/dlt645/profile-schema.ts';
import { systemClock } from '../../../gateway/runtime/system-clock.ts';
import { startMeterLine } from '../../support/dlt645-line.ts';
import { meterEntry, meterInput, shippedMeterProfile } from '../../support/dlt645-source.ts';
import { runSource } from '../../support/source-run.ts';

// Each folder is a case: `source.yaml` with the devices of an entry (and `options` of the entry), the profile in
// `profile.yaml` unless it is one that ships, `frames.yaml` with the whole answer of a meter to each identifier, byte by byte
// as on the wire, and `expected.txt`: what one cycle of reads gives, or what `check` says when the entry is refused.

const folder = fileURLToPath(new URL('.', import.meta.url));
const cases = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const sourceSchema = z.strictObject({
  devices: z.array(z.record(z.string(), z.unknown())),
  options: z.record(z.string(), z.unknown()).default({}),
});
/** By address and identifier. */
const framesSchema = z.record(z.string(), z.record(z.string(), z.string()));

const load = (name: string, file: string): unknown =>
  parse(readFileSync(join(folder, name, file), 'utf8'));

describe('golden cases of DL/T 645', () => {
  it.each(cases)('%s', async (name) => {
    const { devices, options } = sourceSchema.parse(load(name, 'source.yaml'));
    const shipped = devices.flatMap(({ profile }) =>
      typeof profile === 'string' ? [profile] : [],
    );
    const profiles = existsSync(join(folder, name, 'profile.yaml'))
      ? [profileSchema.parse(load(name, 'profile.yaml'))]
      : shipped.map(shippedMeterProfile);
    const answers = existsSync(join(folder, name, 'frames.yaml'))
      ? framesSchema.parse(load(name, 'frames.yaml'))
      : {};
    const line = await startMeterLine(({ address, identifier, socket }) => {
      const frame = answers[address]?.[identifier];
      if (frame !== undefined) socket.write(Buffer.from(frame.replaceAll(' ', ''), 'hex'));
    });
    const input = meterInput(meterEntry(line.port, devices, options), profiles);
    const issues = dlt645Adapter.check?.(input) ?? [];
    const lines = issues.map(
      ({ path, found, expected }) => `${path.join('.')}: found ${found}, expected ${expected}`,
    );
    if (issues.length === 0) {
      const source = dlt645Adapter.createSource(input);
      const run = runSource(source, systemClock);
      await run.until(() => run.frames.length >= source.groups.length);
      for (const { equipment, group, points } of run.frames.slice(0, source.groups.length)) {
        for (const [point, [value, status]] of Object.entries(points)) {
          lines.push(`${equipment}/${group} ${point} ${value} ${status}`);
        }
      }
      await run.stop();
      for (const [index, text] of run.texts.entries()) lines.push(`text ${index + 1} ${text}`);
    }
    await line.close();
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(join(folder, name, 'expected.txt'));
  });
});
