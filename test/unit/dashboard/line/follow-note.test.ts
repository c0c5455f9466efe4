import { expect, it } from 'vitest';
import { followNote } from '../../../../dashboard/line/follow-note.ts';

it('says that a panel which is still shown is old when its gateway answers no more', () => {
  expect(followNote('failed', true)).toBe('failedOld');
  expect(followNote('failed', false)).toBe('failed');
});

it('says that there is no panel, and nothing of one that is current', () => {
  expect(followNote('none', false)).toBe('noPanel');
  expect(followNote('there', true)).toBeUndefined();
  expect(followNote('there', false)).toBe('waiting');
  expect(followNote('asking', false)).toBe('waiting');
});
