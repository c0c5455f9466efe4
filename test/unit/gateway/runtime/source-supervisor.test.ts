import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../../gateway/core/error.ts';
import type { GatewayEvent } from '../../../../gateway/core/event.ts';
import { noText } from '../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import type { Source, SourceContext } from '../../../../gateway/core/source.ts';
import { Backoff } from '../../../../gateway/runtime/backoff.ts';
import { LockStepClock } from '../../../../gateway/runtime/lock-step-clock.ts';
import { SourceSupervisor } from '../../../../gateway/runtime/source-supervisor.ts';
import { testDirectory, testGroup } from '../../../support/entry-batch.ts';
import { createTestLog } from '../../../support/test-log.ts';

const group = testGroup({ channels: ['current'] });

const setUp = (
  run: (context: SourceContext, attempt: number) => Promise<void>,
): {
  readonly supervisor: SourceSupervisor;
  readonly ending: AbortController;
  readonly events: GatewayEvent[];
  readonly log: ReturnType<typeof createTestLog>;
  readonly clock: LockStepClock;
  readonly admitted: number[];
} => {
  let attempt = 0;
  const source: Source = {
    id: 'plc',
    groups: [group],
    run: (context) => {
      attempt += 1;
      return run(context, attempt);
    },
  };
  const clock = new LockStepClock({
    startMs: 0,
    advance: async () => undefined,
    drain: async () => undefined,
  });
  const events: GatewayEvent[] = [];
  const admitted: number[] = [];
  const log = createTestLog();
  const supervisor = new SourceSupervisor({
    source,
    groups: testDirectory([group]).groups,
    clock,
    log,
    backoff: new Backoff({ firstMs: 1000, longestMs: 4000, random: () => 1 }),
    admit: (_group, frame) => {
      admitted.push(frame.timeMs);
      return true;
    },
    event: (event) => events.push(event),
    clockRecord: () => true,
    report: async () => true,
    intern: (text) => (text.startsWith('full') ? 0 : text === 'later' ? -1 : 1),
  });
  return { supervisor, ending: new AbortController(), events, log, clock, admitted };
};

const refused = (): GatewayError =>
  new GatewayError('CONNECTION_FAILED', '127.0.0.1:502 refused', { retryable: true });

const frame = {
  groupIndex: 0,
  timeMs: 5,
  receivedMs: 7,
  values: Float64Array.of(1),
  status: Uint32Array.of(0),
};

const standFor = async ({ clock, signal }: SourceContext, ms: number): Promise<void> => {
  const participant = clock.join('reads');
  await participant.sleepUntil(clock.monotonicMs() + ms, signal);
  participant.leave();
};

describe('SourceSupervisor', () => {
  it('waits twice as long after each failure, up to the longest, and says the loss once', async () => {
    const startedAtMs: number[] = [];
    const { supervisor, ending, events, log, clock } = setUp(async (context, attempt) => {
      startedAtMs.push(context.clock.monotonicMs());
      if (attempt === 5) ending.abort();
      throw refused();
    });
    await supervisor.run(ending.signal);
    expect(startedAtMs).toEqual([0, 1000, 3000, 7000, 11_000]);
    expect(events.map((event) => event.code)).toEqual(['source-lost']);
    expect(events[0]?.details).toEqual({ code: 'CONNECTION_FAILED' });
    // The event is logged by whoever takes it.
    expect(log.lines.filter((line) => line.level !== 'debug')).toEqual([]);
    expect(supervisor.status().state).toBe('stopped');
    clock.stop();
  });

  it('shows how far each clock was off when last seen, also after the connection is gone', async () => {
    const { supervisor, ending } = setUp(async (context, attempt) => {
      if (attempt === 2) ending.abort();
      if (attempt > 1) return;
      context.clockSeen('unit 1', -5000);
      context.clockSeen('unit 2', 40);
      context.clockSeen('unit 1', -5100);
      throw refused();
    });
    await supervisor.run(ending.signal);
    expect(supervisor.status().clocks).toEqual([
      { device: 'unit 1', skewMs: -5100 },
      { device: 'unit 2', skewMs: 40 },
    ]);
  });

  it('shows the reason of an outage in words, and its end', async () => {
    const states: string[] = [];
    const { supervisor, ending, events } = setUp(async (context, attempt) => {
      if (attempt === 1) throw refused();
      states.push(`${supervisor.status().state}: ${supervisor.status().reason.zh}`);
      context.connected();
      states.push(`${supervisor.status().state}: ${supervisor.status().reason.zh}`);
      await standFor(context, 9_999);
      context.emit(frame);
      expect(events.map((event) => event.code)).toEqual(['source-lost']);
      await standFor(context, 1);
      context.emit(frame);
      expect(events.map((event) => event.code)).toEqual(['source-lost', 'source-restored']);
      context.emit(frame);
      ending.abort();
    });
    await supervisor.run(ending.signal);
    expect(states).toEqual(['down: 无法建立连接（127.0.0.1:502 refused）', 'up: ']);
    expect(events).toHaveLength(2);
    expect(events[0]?.text).toEqual({
      en: 'Source plc lost: 127.0.0.1:502 refused',
      zh: '数据源 plc 已断开：无法建立连接（127.0.0.1:502 refused）',
    });
    expect(supervisor.status().restarts).toBe(1);
  });

  it('takes a device that answers and closes for one outage and waits ever longer', async () => {
    const startedAtMs: number[] = [];
    const { supervisor, ending, events, log } = setUp(async (context, attempt) => {
      startedAtMs.push(context.clock.monotonicMs());
      if (attempt === 5) ending.abort();
      context.connected();
      context.emit(frame);
      throw refused();
    });
    await supervisor.run(ending.signal);
    expect(startedAtMs).toEqual([0, 1000, 3000, 7000, 11_000]);
    expect(events.map((event) => event.code)).toEqual(['source-lost']);
    expect(log.lines.filter((line) => line.level !== 'debug')).toEqual([]);
  });

  it('tells two outages apart where the connection stood in between, also without a frame', async () => {
    const { supervisor, ending, events } = setUp(async (context, attempt) => {
      if (attempt === 3) {
        ending.abort();
        return;
      }
      if (attempt === 2) {
        context.connected();
        await standFor(context, 10_000);
      }
      throw refused();
    });
    await supervisor.run(ending.signal);
    expect(events.map((event) => event.code)).toEqual([
      'source-lost',
      'source-restored',
      'source-lost',
    ]);
  });

  it('begins with short waits again after a connection has stood', async () => {
    const startedAtMs: number[] = [];
    const { supervisor, ending } = setUp(async (context, attempt) => {
      startedAtMs.push(context.clock.monotonicMs());
      if (attempt === 3) {
        context.connected();
        await standFor(context, 10_000);
      }
      if (attempt === 4) ending.abort();
      throw refused();
    });
    await supervisor.run(ending.signal);
    expect(startedAtMs).toEqual([0, 1000, 3000, 14_000]);
  });

  it('holds time in lock-step until the source takes part in it', async () => {
    const seenMs: number[] = [];
    const { supervisor, ending, clock } = setUp(async (context) => {
      // Connecting takes real time, during which simulated time must not pass.
      await new Promise((resolve) => setTimeout(resolve, 20));
      seenMs.push(context.clock.monotonicMs());
      const participant = context.clock.join('polls');
      await participant.sleepUntil(500, context.signal);
      seenMs.push(context.clock.monotonicMs());
      participant.leave();
      ending.abort();
    });
    const other = clock.join('other');
    const otherSleeps = other.sleepUntil(100, ending.signal).then(() => other.leave());
    await supervisor.run(ending.signal);
    await otherSleeps;
    expect(seenMs).toEqual([0, 500]);
  });

  it('hands frames to admission with the group they belong to, and keeps counters and members', async () => {
    const { supervisor, ending, admitted } = setUp(async (context) => {
      context.emit(frame);
      context.count('timeouts', 2);
      context.count('timeouts', 1);
      context.member({
        member: 'unit 3',
        state: 'down',
        reason: { en: 'no answer', zh: '无应答' },
      });
      context.member({ member: 'unit 3', state: 'up', reason: noText });
      ending.abort();
    });
    await supervisor.run(ending.signal);
    expect(admitted).toEqual([5]);
    const status = supervisor.status();
    expect(status.lastFrameMs).toBe(7);
    expect(status.counters).toEqual({ timeouts: 3 });
    expect(status.members).toEqual([{ member: 'unit 3', state: 'up', reason: noText }]);
  });

  it('shows no member as up behind a lost connection, and no bad frame as data', async () => {
    const shown: unknown[] = [];
    const { supervisor, ending } = setUp(async (context, attempt) => {
      if (attempt === 2) {
        shown.push(supervisor.status());
        ending.abort();
        return;
      }
      context.member({ member: 'unit 3', state: 'up', reason: noText });
      context.emit({ ...frame, receivedMs: 5, status: Uint32Array.of(statusCodes.uncertain) });
      context.emit({ ...frame, receivedMs: 9, status: Uint32Array.of(statusCodes.badTimeout) });
      throw refused();
    });
    await supervisor.run(ending.signal);
    expect(shown).toMatchObject([
      { lastFrameMs: 5, members: [{ member: 'unit 3', state: 'down' }], state: 'down' },
    ]);
  });

  it('says once that texts are refused, in both languages, and only when it is for good', async () => {
    const { supervisor, ending, events } = setUp(async (context) => {
      expect(context.intern('good')).toBe(1);
      expect(context.intern('later')).toBe(-1);
      expect(events).toEqual([]);
      for (let count = 0; count < 3; count += 1) expect(context.intern(`full ${count}`)).toBe(0);
      ending.abort();
    });
    await supervisor.run(ending.signal);
    expect(events).toMatchObject([{ code: 'texts-full', severity: 'warning', subject: 'plc' }]);
    for (const words of Object.values(events[0]?.text ?? {})) {
      expect(words).toContain('data.journal.textBytes');
      expect(words).toContain('"full 0"');
    }
  });

  it('tells of a member that is lost while the connection lives', async () => {
    const { supervisor, ending, events } = setUp(async (context) => {
      context.connected();
      context.member({ member: 'unit 3', state: 'down', reason: { en: 'mute', zh: '无应答' } });
      await standFor(context, 5000);
      supervisor.passTime();
      expect(events).toEqual([]);
      context.emit(frame);
      supervisor.passTime();
      ending.abort();
    });
    await supervisor.run(ending.signal);
    expect(events).toMatchObject([
      { code: 'member-lost', subject: 'plc', details: { member: 'unit 3', reason: 'mute' } },
    ]);
  });

  it('logs a defect of a source with its trace, once', async () => {
    const { supervisor, ending, events, log } = setUp(async (_context, attempt) => {
      if (attempt === 3) ending.abort();
      throw new TypeError('x is undefined');
    });
    await supervisor.run(ending.signal);
    expect(events.map(({ code }) => code)).toEqual(['source-lost']);
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('treats a source that ends by itself as lost', async () => {
    const { supervisor, ending, events } = setUp(async (_context, attempt) => {
      if (attempt === 2) ending.abort();
    });
    await supervisor.run(ending.signal);
    expect(events[0]?.text.en).toContain('ended without a reason');
  });
});
