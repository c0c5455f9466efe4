import { expect, it } from 'vitest';
import { SignInThrottle } from '../../../../gateway/access/throttle.ts';

const limits = { userAtAddress: 3, address: 6, user: 9 };

it('doubles the wait with each failure beyond the free ones, up to five minutes', () => {
  const throttle = new SignInThrottle(limits);
  const waits: number[] = [];
  for (let count = 0; count < 15; count += 1) {
    throttle.failed('anna', '10.0.0.1', 0);
    waits.push(throttle.waitMs('anna', '10.0.0.1', 0));
  }
  expect(waits.slice(0, 6)).toEqual([0, 0, 1000, 2000, 4000, 8000]);
  expect(waits.at(-1)).toBe(300_000);
  expect(throttle.waitMs('anna', '10.0.0.1', 300_000)).toBe(0);
});

it('slows down one address that tries many users, and many addresses that try one', () => {
  const one = new SignInThrottle(limits);
  for (let user = 0; user < 6; user += 1) one.failed(`user${user}`, '10.0.0.1', 0);
  expect(one.waitMs('another', '10.0.0.1', 0)).toBe(1000);
  expect(one.waitMs('another', '10.0.0.2', 0)).toBe(0);
  const many = new SignInThrottle(limits);
  for (let host = 0; host < 9; host += 1) many.failed('anna', `10.0.0.${host}`, 0);
  expect(many.waitMs('anna', '10.0.1.1', 0)).toBe(1000);
  expect(many.waitMs('bert', '10.0.1.1', 0)).toBe(0);
});

it('takes a network of IPv6 for one address', () => {
  const throttle = new SignInThrottle(limits);
  for (let host = 1; host <= 3; host += 1) throttle.failed('anna', `2001:db8::${host}`, 0);
  expect(throttle.waitMs('anna', '2001:db8::ffff', 0)).toBe(1000);
  expect(throttle.waitMs('anna', '2001:db8:0:1::1', 0)).toBe(0);
});

it('stays small, however many try', () => {
  const throttle = new SignInThrottle(limits);
  for (let time = 0; time < 3; time += 1) throttle.failed('anna', '10.0.0.1', 0);
  for (let user = 0; user < 5000; user += 1) throttle.failed(`user${user}`, `host${user}`, 0);
  expect(throttle.waitMs('anna', '10.0.0.1', 0)).toBe(0);
});

it('lets nobody wait long for what others do behind the same address, or with the same name elsewhere', () => {
  const throttle = new SignInThrottle(limits);
  for (let time = 0; time < 30; time += 1) throttle.failed('anna', '127.0.0.1', 0);
  expect(throttle.waitMs('bert', '127.0.0.1', 0)).toBe(30_000);
  expect(throttle.waitMs('anna', '10.0.0.1', 0)).toBe(30_000);
});

it('knows a name in whatever letters it is written', () => {
  const throttle = new SignInThrottle(limits);
  for (const name of ['anna', 'ANNA', 'ａｎｎａ']) throttle.failed(name, '10.0.0.1', 0);
  expect(throttle.waitMs('Anna', '10.0.0.1', 0)).toBe(1000);
});

it('counts a token for its address only, and nothing that nobody judged', () => {
  const throttle = new SignInThrottle(limits);
  for (let time = 0; time < 5; time += 1) throttle.failed(null, '10.0.0.1', 0);
  expect(throttle.waitMs(null, '10.0.0.1', 0)).toBe(0);
  for (let time = 0; time < 20; time += 1) {
    throttle.failed('anna', '10.0.0.2', 0);
    throttle.unjudged('anna', '10.0.0.2');
  }
  expect(throttle.waitMs('anna', '10.0.0.2', 0)).toBe(0);
});
