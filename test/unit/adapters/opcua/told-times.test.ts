// Goal: whatever the clocks of devices say, a change and a loss are told later than what they end. Method: messages as a server
// gives them, through the intake, over one connection or two.
import { describe, expect, it } from 'vitest';
import { layoutSource } from '../../../../adapters/opcua/layout.ts';
import { SampleIntake } from '../../../../adapters/opcua/sample-intake.ts';
import { SampleTime } from '../../../../adapters/opcua/sample-time.ts';
import { ToldTimes, tellAllLost } from '../../../../adapters/opcua/told-times.ts';
import { statusCodes, statusSymbol } from '../../../../gateway/core/quality.ts';
import type { SourceContext } from '../../../../gateway/core/source.ts';
import { device, opcuaInput } from '../../../support/opcua-source.ts';

const startMs = Date.UTC(2026, 5, 1);
const maxClockSkewMs = 5000;
const doubleType = 11;
const { good, badSensorFailure } = statusCodes;

type Sample = readonly [sourceMs: number | null, value: number, status?: number];

/** Times are in ms after `startMs`. */
const create = () => {
  const layout = layoutSource(
    opcuaInput(
      {
        endpointUrl: 'opc.tcp://127.0.0.1:4840',
        equipment: [device([{ point: 'arcOn', node: 's=Arc' }])],
      },
      '/nonexistent',
    ),
  );
  const told: (readonly [number, number, string])[] = [];
  let nowMs = startMs;
  const context = {
    clock: { nowMs: () => nowMs },
    emit: ({ timeMs, values, status }) =>
      told.push([timeMs - startMs, values[0] as number, statusSymbol(status[0] as number)]) > 0,
  } as Pick<SourceContext, 'emit'> as SourceContext;
  const times = new ToldTimes(layout.targets.length, maxClockSkewMs);
  const connect = () =>
    new SampleIntake({
      ...{ context, layout, told: times },
      times: new SampleTime({
        ...{ subject: 'test', timestamps: 'device', maxClockSkewMs, isQueued: true },
        event: () => undefined,
        seen: () => undefined,
      }),
      onGone: () => undefined,
      onFirst: () => undefined,
      onSample: () => undefined,
    });
  let intake = connect();
  return {
    told,
    message: (atMs: number, ...samples: readonly Sample[]) => {
      nowMs = startMs + atMs;
      const message = samples.map(([sourceMs, value, status = good]) => ({
        clientHandle: 0,
        value: {
          value: { dataType: doubleType, arrayType: 0, value },
          statusCode: { value: status },
          sourceTimestamp: sourceMs === null ? null : new Date(startMs + sourceMs),
        },
      }));
      intake.takeMessage(message, nowMs);
    },
    lose: (atMs: number) => {
      nowMs = startMs + atMs;
      tellAllLost(context, layout, times);
      intake = connect();
    },
    silence: (atMs: number) => {
      nowMs = startMs + atMs;
      intake.lost();
    },
    fail: (atMs: number) => {
      nowMs = startMs + atMs;
      const [target] = layout.targets;
      if (target !== undefined) intake.fail(target, statusCodes.badNodeIdUnknown);
      intake.end();
      if (target !== undefined) intake.startAnew(target);
    },
  };
};

describe('a source timestamp that stays', () => {
  it('does not hide another value: gateway time, in doubt', () => {
    const { message, told } = create();
    message(100, [90, 1]);
    message(200, [90, 0]);
    expect(told).toEqual([
      [90, 1, 'Good'],
      [200, 0, 'Uncertain'],
    ]);
  });

  it('does not hide a bad status, which stays as it is', () => {
    const { message, told } = create();
    message(100, [90, 1]);
    message(200, [90, 1, badSensorFailure]);
    expect(told.at(-1)).toEqual([200, 1, 'BadSensorFailure']);
  });

  it('of a clock that is ahead puts the change right behind', () => {
    const { message, told } = create();
    message(100, [3000, 1]);
    message(200, [3000, 0]);
    message(300, [null, 0, badSensorFailure]);
    expect(told.slice(1)).toEqual([
      [3001, 0, 'Uncertain'],
      [3002, 0, 'BadSensorFailure'],
    ]);
  });

  it('within one message leaves room for what follows', () => {
    const { message, told } = create();
    message(1000, [90, 1], [90, 0], [190, 1]);
    expect(told).toEqual([
      [90, 1, 'Good'],
      [91, 0, 'Uncertain'],
      [190, 1, 'Good'],
    ]);
  });

  it('tells the next change behind, though its device dates it before', () => {
    const { message, told } = create();
    message(100, [90, 1]);
    message(1100, [90, 0]);
    message(1200, [600, 1]);
    message(1300, [1150, 0]);
    expect(told.slice(1)).toEqual([
      [1100, 0, 'Uncertain'],
      [1101, 1, 'Uncertain'],
      [1150, 0, 'Good'],
    ]);
  });

  it('with the same value says nothing new', () => {
    const { message, told } = create();
    message(100, [90, 1]);
    message(200, [90, 1]);
    expect(told.at(-1)).toEqual([90, 1, 'Good']);
  });
});

describe.each(['lose', 'silence', 'fail'] as const)('after a loss (%s)', (way) => {
  it('the first sample counts from behind it, however old it is', () => {
    const source = create();
    source.message(100, [90, 1]);
    source[way](2000);
    source.message(2300, [90, 1]);
    expect(source.told.at(-1)).toEqual([2001, 1, 'Good']);
  });

  it('changes count behind it too, while a clock that is behind has not come so far', () => {
    const source = create();
    source.message(100, [90, 1]);
    source[way](2000);
    source.message(2300, [90, 1]);
    source.message(2500, [500, 0]);
    source.message(4500, [2500, 1]);
    expect(source.told.slice(2)).toEqual([
      [2001, 1, 'Good'],
      [2002, 0, 'Uncertain'],
      [2500, 1, 'Good'],
    ]);
  });

  it('which is itself behind what a clock that is ahead has told', () => {
    const source = create();
    source.message(100, [4000, 1]);
    source[way](2000);
    source.message(2300, [4000, 1]);
    expect(source.told.slice(1).map(([timeMs]) => timeMs)).toEqual([4001, 4002]);
  });
});

it('does not wait for a clock of the gateway that was set back', () => {
  const { message, lose, told } = create();
  message(3_600_000, [3_600_000, 1]);
  lose(1000);
  message(1200, [1100, 1]);
  expect(told.slice(1).map(([timeMs]) => timeMs)).toEqual([1000, 1100]);
});
