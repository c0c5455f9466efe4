import { describe, expect, it } from 'vitest';
import { dayOfSerial, startOfDayMs } from '../../../../simulators/park/calendar.ts';
import {
  ChargerBank,
  chargerCount,
  chargerStatus,
  connectorKind,
  planStays,
  statusOf,
} from '../../../../simulators/park/charger-bank.ts';
import { chargingProfile } from '../../../../simulators/park/charging-profile.ts';
import {
  type ChargingRequest,
  chargingRequests,
  unconstrainedPowerKw,
} from '../../../../simulators/park/ev-sessions.ts';
import { type ParkInputs, untouched } from '../../../../simulators/park/park-inputs.ts';
import { testSeed } from '../../../support/seed.ts';
import { buildTimeline, hourMs, minuteMs } from './park-fixture.ts';

const seed = 2023;
const workday = dayOfSerial(172);
const fastRequest: ChargingRequest = {
  kind: 'dc',
  arrivalMinute: 600,
  energyKwh: 30,
  ratedKw: 60,
  targetShare: 0.9,
};
const slowRequest: ChargingRequest = { ...fastRequest, kind: 'ac', energyKwh: 14, ratedKw: 7 };

describe('charging demand', () => {
  it('§6 brings about 32 vehicles on a workday and 8 on another day', () => {
    const countOver = (serials: readonly number[]): number =>
      serials.reduce((sum, serial) => sum + chargingRequests(seed, dayOfSerial(serial)).length, 0);
    const weekdays = Array.from({ length: 200 }, (_, i) => 400 + i).filter((serial) => {
      const day = dayOfSerial(serial);
      return day.weekday < 5 && !day.isHoliday;
    });
    const sundays = Array.from({ length: 60 }, (_, i) => 1 + 7 * i);
    expect(countOver(weekdays) / weekdays.length).toBeCloseTo(38 * 0.85, 0);
    expect(countOver(sundays) / sundays.length).toBeCloseTo(9 * 0.85, 0);
  });

  it('sums the rated powers of who is there', () => {
    const requests = [fastRequest, { ...slowRequest, arrivalMinute: 610 }];
    expect(unconstrainedPowerKw(requests, 599.9)).toBe(0);
    expect(unconstrainedPowerKw(requests, 600)).toBe(60);
    expect(unconstrainedPowerKw(requests, 615)).toBe(67);
    expect(unconstrainedPowerKw(requests, 630)).toBe(7);
  });
});

describe('charging profile', () => {
  it('is constant on AC, whose connector knows no state of charge', () => {
    const profile = chargingProfile(slowRequest);
    expect(profile.durationHours).toBe(2);
    expect(profile.initialShare).toBeUndefined();
    expect(profile.powerKw(1.99)).toBe(7);
    expect(profile.powerKw(2)).toBe(0);
    expect(profile.energyKwh(1)).toBe(7);
    expect(profile.energyKwh(9)).toBe(14);
  });

  it('§6 tapers on DC above 80 percent', () => {
    const profile = chargingProfile(fastRequest);
    expect(profile.initialShare).toBeCloseTo(0.4, 12);
    const fullPowerHours = 24 / 60;
    expect(profile.powerKw(fullPowerHours - 1e-9)).toBe(60);
    // At 90 % the taper leaves 60 kW × (1 − 0.1/0.25) = 36 kW.
    expect(profile.powerKw(profile.durationHours - 1e-9)).toBeCloseTo(36, 5);
    expect(profile.energyKwh(profile.durationHours)).toBeCloseTo(30, 9);
    expect(profile.durationHours).toBeGreaterThan(0.5);
  });

  it.each([0.8, 0.85, 0.95])(
    'has a power that integrates to its energy up to %d',
    (targetShare) => {
      const profile = chargingProfile({ ...fastRequest, energyKwh: 8, targetShare });
      const steps = 20_000;
      const step = profile.durationHours / steps;
      let kwh = 0;
      for (let i = 0; i < steps; i += 1) kwh += profile.powerKw((i + 0.5) * step) * step;
      expect(kwh).toBeCloseTo(8, 3);
      expect(profile.energyKwh(profile.durationHours)).toBeCloseTo(8, 9);
    },
  );
});

describe('the plan of a day', () => {
  it('never puts two vehicles on one charger nor one on the wrong connector', () => {
    for (let i = 0; i < 50; i += 1) {
      const day = dayOfSerial(((testSeed() + i) % 5000) + 1);
      const requests = chargingRequests(testSeed(), day);
      const stays = planStays(requests);
      for (let charger = 0; charger < chargerCount; charger += 1) {
        let freeMinute = 0;
        for (const stay of stays[charger] ?? []) {
          expect(stay.pluggedMinute).toBeGreaterThanOrEqual(freeMinute);
          expect(stay.profile.initialShare !== undefined).toBe(connectorKind(charger) === 'dc');
          freeMinute = stay.leftMinute;
        }
      }
      expect(stays.flat().length).toBeLessThanOrEqual(requests.length);
      expect(stays.flat().length).toBeGreaterThanOrEqual(0.8 * requests.length);
    }
  });

  it('makes the fifth fast vehicle wait for the first to leave', () => {
    const stays = planStays(Array.from({ length: 5 }, () => fastRequest)).flat();
    const plugged = stays.map((stay) => stay.pluggedMinute).sort((a, b) => a - b);
    expect(plugged.slice(0, 4)).toEqual([600, 600, 600, 600]);
    expect(plugged[4]).toBe(stays[0]?.leftMinute);
  });

  it('sends home who could not begin before midnight', () => {
    const late = { ...slowRequest, arrivalMinute: 1439.5 };
    expect(planStays([late]).flat()).toEqual([]);
  });
});

describe('the charger bank', () => {
  const bank = new ChargerBank(seed);
  const stayOnDc = planStays(chargingRequests(seed, workday))[0]?.[0];
  if (stayOnDc === undefined) throw new Error('no vehicle at the first fast charger that day');

  it('goes through preparing, charging, finishing to available', () => {
    const statusAt = (minute: number): number => statusOf(bank.at(0, workday, minute).stay, minute);
    expect(statusAt(stayOnDc.pluggedMinute - 0.01)).toBe(chargerStatus.available);
    expect(statusAt(stayOnDc.pluggedMinute)).toBe(chargerStatus.preparing);
    expect(bank.at(0, workday, stayOnDc.pluggedMinute).wantedKw).toBe(0);
    expect(statusAt(stayOnDc.chargeMinute)).toBe(chargerStatus.charging);
    expect(bank.at(0, workday, stayOnDc.chargeMinute).wantedKw).toBe(60);
    expect(statusAt(stayOnDc.chargedMinute + 0.01)).toBe(chargerStatus.finishing);
    expect(statusAt(stayOnDc.leftMinute)).not.toBe(chargerStatus.finishing);
  });

  it('knows any minute of any day alone', () => {
    const minute = stayOnDc.chargeMinute + 1;
    const known = bank.at(0, workday, minute).wantedKw;
    bank.at(3, dayOfSerial(900), 700);
    expect(bank.at(0, workday, minute).wantedKw).toBe(known);
  });
});

describe('the chargers of the park', () => {
  /** The first vehicle of the day at a fast charger, in UTC. */
  const dayStartMs = startOfDayMs(workday);
  const [stay] = planStays(chargingRequests(seed, workday))[0] ?? [];
  if (stay === undefined) throw new Error('no vehicle at the first fast charger that day');
  const middleMs = dayStartMs + ((stay.chargeMinute + stay.chargedMinute) / 2) * minuteMs;
  const parkOf = (inputs: Partial<ParkInputs>) =>
    buildTimeline({ seed, countsFromMs: dayStartMs, inputs });

  it('count a session from its first power on, and know its vehicle', () => {
    const { chargers } = parkOf({}).at(middleMs);
    const deliveredWh = chargers[0]?.sessionWh ?? 0;
    const hours = (middleMs - dayStartMs) / hourMs - stay.chargeMinute / 60;
    expect(deliveredWh).toBeGreaterThan(1000);
    expect(Math.abs(deliveredWh - stay.profile.energyKwh(hours) * 1000)).toBeLessThan(200);
    const gained = (chargers[0]?.vehicleShare ?? 0) - (stay.profile.initialShare ?? 0);
    expect(gained).toBeCloseTo(deliveredWh / 60_000, 9);
  });

  it('give nothing while out of order, and say so', () => {
    const faultedChargers = untouched.faultedChargers.with(0, true);
    const [charger] = parkOf({ faultedChargers }).at(middleMs).chargers;
    expect(charger).toMatchObject({ status: chargerStatus.faulted, powerKw: 0, sessionWh: 0 });
  });

  it('give nothing while hung, and say that they charge', () => {
    const hungChargers = untouched.hungChargers.with(0, true);
    const [charger] = parkOf({ hungChargers }).at(middleMs).chargers;
    expect(charger).toMatchObject({ status: chargerStatus.charging, powerKw: 0, sessionWh: 0 });
  });
});
