import type { LocalText } from '../core/point.ts';
import { leastPasswordLength, mostPasswordLength } from './password.ts';

/** Why something about users, tokens or sessions was not done. */
export const accessRefusals = {
  USER_EXISTS: { en: 'there is a user of this name', zh: '已有同名用户' },
  TOKEN_EXISTS: { en: 'there is a token of this name', zh: '已有同名令牌' },
  NO_USER: { en: 'there is no user of this name', zh: '没有该用户' },
  NO_TOKEN: { en: 'there is no such token', zh: '没有该令牌' },
  NO_SESSION: { en: 'there is no such session', zh: '没有该会话' },
  LAST_ADMIN: {
    en: 'nobody would be left who may manage users: make another admin first',
    zh: '此后将没有可管理用户的人：请先另设一名管理员',
  },
  TOO_MANY: { en: 'there are as many as there may be', zh: '数量已达上限' },
  PASSWORD_WEAK: {
    en: `the password must have ${leastPasswordLength} to ${mostPasswordLength} characters, not all of them alike, and not contain the name`,
    zh: `密码须为 ${leastPasswordLength} 至 ${mostPasswordLength} 个字符，不得全部相同，且不得包含用户名`,
  },
  PASSWORD_WRONG: { en: 'the current password is wrong', zh: '当前密码不正确' },
  TOO_SOON: {
    en: 'too many wrong passwords: try again later',
    zh: '密码错误次数过多：请稍后重试',
  },
  NOT_A_USER: {
    en: 'only users have passwords: this session was begun with a token',
    zh: '只有用户才有密码：本会话由令牌登录',
  },
} as const satisfies Readonly<Record<string, LocalText>>;

export type AccessRefusal = keyof typeof accessRefusals;

/** Done, with what came of it, or not, with why. */
export type AccessOutcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: AccessRefusal };

export const done = <Value>(value: Value): AccessOutcome<Value> => ({ ok: true, value });
export const refused = (refusal: AccessRefusal): AccessOutcome<never> => ({ ok: false, refusal });
