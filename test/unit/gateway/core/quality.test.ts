import { describe, expect, it } from 'vitest';
import {
  absentStatus,
  isBad,
  isGood,
  isLastUsable,
  isUncertain,
  qualityName,
  statusCodes,
  statusSymbol,
  worseStatus,
} from '../../../../gateway/core/quality.ts';

describe('status codes', () => {
  it.each([
    [statusCodes.good, 'good'],
    [0x002d_0000, 'good'],
    [0x3fff_ffff, 'good'],
    [statusCodes.uncertain, 'uncertain'],
    [0x7fff_ffff, 'uncertain'],
    [statusCodes.bad, 'bad'],
    [0xbfff_ffff, 'bad'],
    [absentStatus, 'absent'],
  ] as const)('%i has quality %s, by its two topmost bits', (code, name) => {
    expect(qualityName(code)).toBe(name);
    expect(isGood(code)).toBe(name === 'good');
    expect(isUncertain(code)).toBe(name === 'uncertain');
    expect(isBad(code)).toBe(name === 'bad');
  });

  it('have the numbers of OPC UA Part 6 Annex A', () => {
    expect(statusCodes).toMatchObject({
      badTimeout: 0x800a_0000,
      badNoCommunication: 0x8031_0000,
      badOutOfRange: 0x803c_0000,
      badDeviceFailure: 0x808b_0000,
      uncertainLastUsableValue: 0x4090_0000,
    });
  });

  it('name themselves by their symbol, unknown ones by eight hexadecimal digits', () => {
    expect(statusSymbol(statusCodes.good)).toBe('Good');
    expect(statusSymbol(statusCodes.badNoCommunication)).toBe('BadNoCommunication');
    expect(statusSymbol(0x8033_0000)).toBe('BadNodeIdInvalid');
    expect(statusSymbol(0x00ab_0000)).toBe('0x00AB0000');
  });

  it('combine to the worse one, and to the first of two alike', () => {
    const { good, uncertain, bad, badTimeout, uncertainSubNormal } = statusCodes;
    expect(worseStatus(good, uncertain)).toBe(uncertain);
    expect(worseStatus(uncertain, good)).toBe(uncertain);
    expect(worseStatus(bad, uncertain)).toBe(bad);
    expect(worseStatus(uncertain, bad)).toBe(bad);
    expect(worseStatus(bad, badTimeout)).toBe(bad);
    expect(worseStatus(badTimeout, bad)).toBe(badTimeout);
    expect(worseStatus(uncertain, uncertainSubNormal)).toBe(uncertain);
    expect(worseStatus(good, 0x002d_0000)).toBe(good);
  });
});

describe('a last usable value', () => {
  it('is known with and without info bits, and by no other code', () => {
    expect(isLastUsable(statusCodes.uncertainLastUsableValue)).toBe(true);
    expect(isLastUsable(statusCodes.uncertainLastUsableValue | 0x480)).toBe(true);
    expect(isLastUsable(statusCodes.uncertainNoCommunicationLastUsableValue)).toBe(true);
    for (const code of [statusCodes.good, statusCodes.uncertain, statusCodes.uncertainSubNormal]) {
      expect(isLastUsable(code)).toBe(false);
    }
  });
});
