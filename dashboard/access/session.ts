import { type InjectionKey, inject, type Ref, readonly, shallowRef } from 'vue';
import { ask } from '../api/client.ts';
import type { Permission, SessionState, SignIn } from '../api/types.ts';

/** Who looks at the page, and what they may do. */
export type Session = {
  readonly state: Readonly<Ref<SessionState>>;
  /** Reactive. */
  can(permission: Permission): boolean;
  /** The names of the roles that may. */
  rolesWith(permission: Permission): SessionState['roles'];
  /** @throws RequestFailure when name, password or token are wrong, or too many were wrong before */
  signIn(credentials: SignIn): Promise<void>;
  signOut(): Promise<void>;
};

export const sessionKey: InjectionKey<Session> = Symbol('session');

export const useSession = (): Session => {
  const session = inject(sessionKey);
  if (session === undefined) throw new Error('there is no session to inject');
  return session;
};

const path = 'api/v1/session';

export const askSession = (): Promise<SessionState> => ask<SessionState>(path);

export const openSession = (first: SessionState): Session => {
  const state = shallowRef(first);
  return {
    state: readonly(state) as Readonly<Ref<SessionState>>,
    can: (permission) => state.value.permissions.includes(permission),
    rolesWith: (permission) =>
      state.value.roles.filter(({ permissions }) => permissions.includes(permission)),
    // Whoever comes in sees another page than whoever has left: it begins anew.
    signIn: async (credentials) => {
      await ask<SessionState>(path, { method: 'POST', body: credentials });
      location.reload();
    },
    signOut: async () => {
      await ask<SessionState>(path, { method: 'DELETE' });
      location.reload();
    },
  };
};
