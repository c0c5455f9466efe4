import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { AccessDatabase } from '../../../../gateway/access/access-database.ts';
import { accessSchema } from '../../../../gateway/access/access-schema.ts';
import type { AuditEvent } from '../../../../gateway/access/protocol.ts';

const event = (timeMs: number): AuditEvent => ({
  ...{ timeMs, action: 'sign-in', subject: 'anna', outcome: 'done', reason: null },
  actor: { kind: 'user', name: 'anna', role: 'viewer', address: '127.0.0.1' },
  details: { session: 'a' },
});

const open = (most?: number) => {
  const file = new DatabaseSync(':memory:');
  file.exec(accessSchema.tables);
  return { file, access: new AccessDatabase(file, most) };
};

const all = { beforeSeq: undefined, actor: undefined, action: undefined, outcome: undefined };

describe('the audit log', () => {
  it('is only ever added to: SQLite refuses to change or to remove an entry', () => {
    const { file, access } = open();
    access.apply({ changes: [], audit: [event(1), event(2)] });
    expect(() => file.exec("UPDATE audit SET subject = 'bert'")).toThrow('append-only');
    expect(() => file.exec('DELETE FROM audit WHERE seq = 1')).toThrow('append-only');
    expect(access.auditState()).toMatchObject({ entries: 2, lastSeq: 2, brokenAtSeq: null });
  });

  it('shows where it was changed all the same, or cut', () => {
    const { file, access } = open();
    access.apply({ changes: [], audit: [1, 2, 3, 4].map(event) });
    file.exec('DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_removed');
    file.exec('UPDATE audit SET time_ms = 9 WHERE seq = 3');
    expect(access.auditState().brokenAtSeq).toBe(3);
    file.exec('UPDATE audit SET time_ms = 3 WHERE seq = 3');
    expect(access.auditState().brokenAtSeq).toBeNull();
    file.exec('DELETE FROM audit WHERE seq = 2');
    expect(access.auditState().brokenAtSeq).toBe(3);
  });

  it('keeps so many entries, of which the oldest go, and still follows from what went', () => {
    const { access } = open(20);
    for (let time = 1; time <= 50; time += 1) access.apply({ changes: [], audit: [event(time)] });
    const { entries, lastSeq, removedThroughSeq, brokenAtSeq } = access.auditState();
    expect([lastSeq, brokenAtSeq]).toEqual([50, null]);
    expect(entries).toBeLessThanOrEqual(20);
    expect(removedThroughSeq).toBe(50 - entries);
    expect(access.audit({ ...all, limit: 1 })[0]?.seq).toBe(50);
  });

  it('has nothing of what was not done', () => {
    const { access } = open();
    const token = { id: 'a', name: 'a', role: 'admin', hash: 'h', createdMs: 1 } as const;
    const stored = { ...token, createdBy: null, expiresMs: null, lastUsedMs: null };
    const wrong = { ...stored, createdMs: 'never' as unknown as number };
    expect(() =>
      access.apply({ changes: [{ type: 'putToken', token: wrong }], audit: [event(1)] }),
    ).toThrow();
    expect(access.audit({ ...all, limit: 9 })).toEqual([]);
  });
});
