import type { Role } from './roles.ts';

/** A person, as it is stored. */
export type StoredUser = {
  /** As it is shown; names that differ only in case are one. */
  readonly name: string;
  readonly role: Role;
  /** See `password.ts`. */
  readonly password: string;
  readonly isDisabled: boolean;
  /** UTC epoch ms, like all of these. */
  readonly createdMs: number;
  readonly passwordMs: number;
  readonly lastSignInMs: number | null;
};

/** A machine's way in, as it is stored: of the secret only its hash. */
export type StoredToken = {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** SHA-256 in hexadecimal. */
  readonly hash: string;
  readonly createdMs: number;
  readonly createdBy: string | null;
  /** Null: until it is removed. */
  readonly expiresMs: number | null;
  readonly lastUsedMs: number | null;
};

/** Somebody who signed in, with a name and password or with a token. */
export type StoredSession = {
  /** Shown to admins; of no use to sign in. */
  readonly id: string;
  readonly hash: string;
  /** Exactly one of both is not null. */
  readonly user: string | null;
  readonly tokenId: string | null;
  readonly createdMs: number;
  readonly lastUsedMs: number;
  readonly address: string;
};

/** Who did something: `shell` is whoever has the data folder, `nobody` has not signed in. */
export type Actor = {
  readonly kind: 'user' | 'token' | 'shell' | 'gateway' | 'nobody';
  readonly name: string | null;
  readonly role: Role | null;
  /** From where, as the socket or a trusted proxy tells; null within the machine. */
  readonly address: string | null;
};

export type AuditDetails = Readonly<Record<string, string | number | boolean>>;

export type AuditEvent = {
  readonly timeMs: number;
  readonly actor: Actor;
  /** Stable, kebab-case, for machines: `sign-in`, `user-added`; of a request its method and path. */
  readonly action: string;
  /** What it was done to; null where the action says all. */
  readonly subject: string | null;
  readonly outcome: 'done' | 'refused' | 'failed';
  /** Why not, as a stable code; null where it was done. */
  readonly reason: string | null;
  readonly details: AuditDetails;
};

export type AuditEntry = AuditEvent & {
  /** Grows by one with each entry. */
  readonly seq: number;
  /** SHA-256 over the hash of the entry before and this one, in hexadecimal. */
  readonly hash: string;
};

/** What changes in the store, in one commit with what is audited of it. */
export type AccessChange =
  | { readonly type: 'putUser'; readonly user: StoredUser }
  | { readonly type: 'removeUser'; readonly name: string }
  | { readonly type: 'putToken'; readonly token: StoredToken }
  | { readonly type: 'removeToken'; readonly id: string }
  | { readonly type: 'putSession'; readonly session: StoredSession }
  | { readonly type: 'removeSession'; readonly id: string };

export type AuditQuery = {
  /** Newest first, below this number. */
  readonly beforeSeq: number | undefined;
  readonly actor: string | undefined;
  readonly action: string | undefined;
  readonly outcome: AuditEvent['outcome'] | undefined;
  readonly limit: number;
};

/** What the audit log is as a whole. */
export type AuditState = {
  readonly entries: number;
  /** 0 when there is none. */
  readonly lastSeq: number;
  /** Entries up to here were removed for their number. */
  readonly removedThroughSeq: number;
  /** Hash of the newest entry, to be written down elsewhere. */
  readonly lastHash: string;
  /** The first entry that does not follow from the one before; null when all do. */
  readonly brokenAtSeq: number | null;
};

export type AccessOpened = {
  /** Told apart from other gateways on the same host: cookies do not know ports. */
  readonly instance: string;
  readonly users: readonly StoredUser[];
  readonly tokens: readonly StoredToken[];
  readonly sessions: readonly StoredSession[];
  readonly setAside: readonly string[];
  readonly migrated: readonly string[];
};

/** Requests to the access worker. */
export type AccessCalls = {
  open: {
    input: {
      readonly folder: string;
      /** Of what was open before: nothing else will do. Null where there may be nothing yet. */
      readonly instance: string | null;
    };
    output: AccessOpened;
  };
  apply: {
    input: { readonly changes: readonly AccessChange[]; readonly audit: readonly AuditEvent[] };
    output: undefined;
  };
  audit: { input: AuditQuery; output: readonly AuditEntry[] };
  /** Reads all of the audit log. */
  auditState: { input: undefined; output: AuditState };
  close: { input: undefined; output: undefined };
};
