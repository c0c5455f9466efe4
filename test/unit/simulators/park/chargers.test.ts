import { describe, expect, it } from 'vitest';
import { dayOfSerial } from '../../../../simulators/park/calendar.ts';
import {
  ChargerBank,
  chargerCount,
  chargerStatus,
  connectorKind,
  planStays,
} from '../../../../simulators/park/charger-bank.ts';
import { chargingProfile } from '../../../../simulators/park/charging-profile.ts';
import {
  type ChargingRequest,
  chargingRequests,
  unconstrainedPowerKw,
} from '../../../../simulators/park/ev-sessions.ts';
import { testSeed } from '../../../support/seed.ts';

const seed = 2023;
const workday = dayOfSerial(172);
const stepHours = 1 / 3600;

const instantAt = (minute: number) => ({
  day: workday,
  startMinute: minute - stepHours * 30,
  middleMinute: minute,
});

const fastRequest: ChargingRequest = {
  kind: 'dc',
  arrivalMinute: 600,
  energyKwh: 30,
  ratedKw: 60,
  targetShare: 0.9,
};
const slowRequest: ChargingRequest = { ...fastRequest, kind: 'ac', energyKwh: 14, ratedKw: 7 };

describe('charging demand', () => {
  it('brings about 32 vehicles on a workday and 8 on another day', () => {
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

  it('tapers on DC above 80 percent', () => {
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
  const stayOnDc = planStays(chargingRequests(seed, workday))[0]?.[0];
  if (stayOnDc === undefined) throw new Error('no vehicle at the first fast charger that day');

  it('goes through preparing, charging, finishing to available', () => {
    const bank = new ChargerBank(seed);
    const statusAt = (minute: number): number | undefined => {
      bank.advance(instantAt(minute), stepHours);
      return bank.readings[0]?.status;
    };
    expect(statusAt(stayOnDc.pluggedMinute - 0.01)).toBe(chargerStatus.available);
    expect(statusAt(stayOnDc.pluggedMinute)).toBe(chargerStatus.preparing);
    expect(bank.readings[0]?.powerKw).toBe(0);
    expect(statusAt(stayOnDc.chargeMinute)).toBe(chargerStatus.charging);
    expect(bank.readings[0]?.powerKw).toBe(60);
    expect(statusAt(stayOnDc.chargedMinute + 0.01)).toBe(chargerStatus.finishing);
    expect(statusAt(stayOnDc.leftMinute)).not.toBe(chargerStatus.finishing);
  });

  it('knows what a session found running has delivered', () => {
    const watched = new ChargerBank(seed);
    const middle = (stayOnDc.chargeMinute + stayOnDc.chargedMinute) / 2;
    for (let m = stayOnDc.pluggedMinute - 1 + stepHours * 30; m < middle; m += stepHours * 60) {
      watched.advance(instantAt(m), stepHours);
    }
    const late = new ChargerBank(seed);
    late.advance(instantAt(middle), stepHours);
    const watchedWh = watched.readings[0]?.sessionWh ?? 0;
    const lateWh = late.readings[0]?.sessionWh ?? 0;
    expect(watchedWh).toBeGreaterThan(5000);
    expect(Math.abs(lateWh - watchedWh)).toBeLessThan(2 * 60_000 * stepHours);
    const gained = (late.readings[0]?.vehicleShare ?? 0) - (stayOnDc.profile.initialShare ?? 0);
    expect(gained).toBeCloseTo(lateWh / 60_000, 9);
  });

  it('gives nothing while out of order', () => {
    const bank = new ChargerBank(seed);
    bank.faulted[0] = true;
    bank.advance(instantAt(stayOnDc.chargeMinute + 1), stepHours);
    expect(bank.readings[0]).toMatchObject({ status: chargerStatus.faulted, powerKw: 0 });
    expect(bank.energyWh[0]).toBe(0);
  });
});
