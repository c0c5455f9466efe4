import { expect, it } from 'vitest';
import { AccessBook } from '../../../../gateway/access/book.ts';
import type { AccessChange, AuditEvent } from '../../../../gateway/access/protocol.ts';

const session = { id: 's', hash: 'h', user: 'anna', tokenId: null, address: '' } as const;
const opened = {
  ...{ instance: 'i', users: [], tokens: [], setAside: [], migrated: [] },
  sessions: [{ ...session, createdMs: 1, lastUsedMs: 1 }],
};
const event: AuditEvent = {
  ...{ timeMs: 1, action: 'sign-out', subject: 'anna', outcome: 'done', reason: null, details: {} },
  actor: { kind: 'user', name: 'anna', role: 'viewer', address: null },
};
const gone: AccessChange = { type: 'removeSession', id: 's' };

const onDisk = () => {
  const disk = { isFull: true, stored: [] as (AccessChange | AuditEvent)[] };
  const apply = async (changes: readonly AccessChange[], audit: readonly AuditEvent[]) => {
    if (disk.isFull) throw new Error('disk full');
    disk.stored.push(...changes, ...audit);
  };
  return { disk, book: new AccessBook({ apply }, opened) };
};

it('ends a session at once, also on a full disk, and stores that once it can', async () => {
  const { disk, book } = onDisk();
  let ended = 0;
  book.onEnd('s', () => {
    ended += 1;
  });
  await expect(book.revoke([gone], [event])).rejects.toThrow('disk full');
  expect([book.session('s'), book.sessionOfHash('h'), ended]).toEqual([undefined, undefined, 1]);
  await expect(book.revoke([], [])).rejects.toThrow('disk full');
  disk.isFull = false;
  await book.revoke([], []);
  await book.revoke([], []);
  expect(disk.stored).toEqual([gone, event]);
});

it('tells nothing as done that was done in part: a new password that could not be stored', async () => {
  const { disk, book } = onDisk();
  const anna = { name: 'anna', role: 'viewer', password: 'new', isDisabled: false } as const;
  const user = { ...anna, createdMs: 1, passwordMs: 1, lastSignInMs: null };
  await expect(book.revoke([{ type: 'putUser', user }, gone], [event])).rejects.toThrow('full');
  expect([book.user('anna'), book.session('s')]).toEqual([undefined, undefined]);
  disk.isFull = false;
  await book.revoke([], []);
  expect(disk.stored).toEqual([gone]);
});
