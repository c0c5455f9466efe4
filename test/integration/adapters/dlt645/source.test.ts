import { describe, expect, it, onTestFinished } from 'vitest';
import type { Profile } from '../../../../adapters/dlt645/profile-schema.ts';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import {
  answerOf,
  type MeterLineServer,
  type MeterRequest,
  refusalOf,
  startMeterLine,
} from '../../../support/dlt645-line.ts';
import { meterEntry, meterProfile, meterSource } from '../../../support/dlt645-source.ts';
import { runSource, type SourceRun } from '../../../support/source-run.ts';

const dead = '000000000002';

const run = async (
  script: (request: MeterRequest) => void,
  options: {
    readonly devices?: readonly Record<string, unknown>[];
    readonly profile?: Profile;
    readonly entry?: Record<string, unknown>;
  } = {},
): Promise<{ readonly running: SourceRun; readonly line: MeterLineServer }> => {
  const line = await startMeterLine(script);
  const { devices = [{}], profile = meterProfile(), entry = {} } = options;
  const running = runSource(
    meterSource(meterEntry(line.port, devices, entry), [profile]),
    systemClock,
  );
  onTestFinished(async () => {
    await running.stop();
    await line.close();
  });
  return { running, line };
};

/** Energy 1234.56 kWh, power -1.5 kW. */
const answer = (request: MeterRequest): void => {
  const value = request.identifier === '00010000' ? '56341200' : '005081';
  request.socket.write(answerOf(request, value));
};

describe('a line of meters as a source', () => {
  it('reads what the profile says, times the ratios of the transformers', async () => {
    const power = { point: 'power', format: 'XX.XXXX', signed: true, ratio: 'power', scale: 1000 };
    const energy = { point: 'energy', format: 'XXXXXX.XX', kind: 'counter', ratio: 'power' };
    const profile = meterProfile([
      { identifier: '00010000', points: [energy] },
      { identifier: '02030000', points: [power] },
    ]);
    const devices = [{ currentRatio: 120, voltageRatio: 100 }];
    const { running } = await run(answer, { devices, profile });
    await running.until(() => running.frames.length > 0);
    expect(running.frames[0]?.points).toEqual({
      energy: [1234.56 * 12_000, 'Good'],
      power: [-1500 * 12_000, 'Good'],
    });
    expect(running.connections()).toBe(1);
  });

  it('loses only the points of an identifier that the meter does not have', async () => {
    const { running, line } = await run((request) => {
      if (request.identifier === '02030000') request.socket.write(refusalOf(request));
      else answer(request);
    });
    await running.until(() => running.frames.length >= 10);
    for (const { points } of running.frames) {
      expect(points).toEqual({ energy: [1234.56, 'Good'], power: [0, 'BadNotSupported'] });
    }
    // Asked a few times, and then less and less often.
    const refused = line.requests.filter(({ identifier }) => identifier === '02030000');
    expect(refused.length).toBeLessThanOrEqual(5);
    expect(running.members.at(-1)).toMatchObject({ state: 'degraded' });
  });

  it('loses only the points of an identifier that is never answered', async () => {
    const { running } = await run((request) => {
      // The first of each cycle, so that the meter seems to be dead.
      if (request.identifier !== '00010000') answer(request);
    });
    const seen = (): readonly (readonly [string | undefined, string | undefined])[] =>
      running.frames
        .slice(-3)
        .map(({ points }) => [points['energy']?.[1], points['power']?.[1]] as const);
    await running.until(() => {
      const last = seen();
      return last.length === 3 && last.every(([, power]) => power === 'Good');
    });
    for (const [energy] of seen()) expect(energy).toMatch(/^Bad/);
  });

  it('marks an unplugged meter bad, never shows its old energy as new, and takes it up again', async () => {
    let isPlugged = true;
    const { running } = await run(
      (request) => {
        if (isPlugged || request.address !== dead) answer(request);
      },
      { devices: [{ equipment: 'alive' }, { equipment: 'lost', address: dead }] },
    );
    await running.until(() => running.framesOf('lost').length >= 2);
    isPlugged = false;
    const isDown = (): boolean => running.members.some(({ state }) => state === 'down');
    await running.until(isDown);
    const downFrames = running.framesOf('lost').length;
    const last = running.framesOf('lost').at(-1);
    expect(last?.points['energy']).toEqual([0, expect.stringMatching(/^Bad/)]);
    isPlugged = true;
    await running.until(() => running.framesOf('lost').at(-1)?.points['energy']?.[1] === 'Good');
    // From the silence on, every frame was bad until the meter itself answered.
    const since = running.framesOf('lost').slice(downFrames, -1);
    for (const { points } of since) expect(points['energy']?.[1]).toMatch(/^Bad/);
    for (const { points } of running.framesOf('alive')) {
      expect(points['energy']).toEqual([1234.56, 'Good']);
    }
  });

  it('gives a dead meter no more than a tenth of the time, while its neighbour keeps its period', async () => {
    const devices = [{ equipment: 'alive' }, { equipment: 'lost', address: dead }];
    const { running, line } = await run(
      (request) => {
        if (request.address !== dead) answer(request);
      },
      { devices, entry: { timeoutMs: 60 } },
    );
    const beginMs = performance.now();
    await running.until(() => performance.now() - beginMs > 6000);
    const elapsedMs = performance.now() - beginMs;
    const asked = line.requests.filter(({ address }) => address === dead);
    // A question costs its time-out and the silence after it.
    expect(asked.length * (60 + 30)).toBeLessThanOrEqual(elapsedMs * 0.1 + 90);
    expect(asked.length).toBeGreaterThan(2);
    expect(running.framesOf('alive').length).toBeGreaterThanOrEqual(
      Math.floor(elapsedMs / 100) * 0.9,
    );
  });

  it('tells how far the clock of a meter is off, and says so when it is far', async () => {
    let offsetMs = 0;
    const clockAnswer = (request: MeterRequest): void => {
      // An hour towards noon: never at midnight, where the clock is not judged.
      const local = new Date(Date.now() + 8 * 3_600_000 + offsetMs);
      const bcd = (value: number): string => String(value).padStart(2, '0');
      if (request.identifier === '04000101') {
        const { socket } = request;
        const date = [0, local.getUTCDate(), local.getUTCMonth() + 1, local.getUTCFullYear() % 100];
        socket.write(answerOf(request, date.map(bcd).join('')));
      } else if (request.identifier === '04000102') {
        const time = [local.getUTCSeconds(), local.getUTCMinutes(), local.getUTCHours()];
        request.socket.write(answerOf(request, time.map(bcd).join('')));
      } else answer(request);
    };
    const profile = meterProfile(undefined, { clock: { periodMs: 1000 } });
    const { running } = await run(clockAnswer, { profile, entry: { maxClockSkewMs: 10_000 } });
    const subject = 'meter 000000000001 (area/line/meter)';
    const msOfDay = (Date.now() + 8 * 3_600_000) % 86_400_000;
    offsetMs = msOfDay < 43_200_000 ? 3_600_000 : -3_600_000;
    await running.until(() => running.events.length > 0);
    expect(running.events[0]).toMatchObject({ code: 'device-clock-skewed', subject });
    expect(Math.abs((running.skewMs[subject] ?? 0) - offsetMs)).toBeLessThan(2000);
  });
});
