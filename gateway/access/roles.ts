import type { LocalText } from '../core/point.ts';

/** From the least to the most. */
export const roles = ['viewer', 'operator', 'energyManager', 'admin'] as const;
export type Role = (typeof roles)[number];

/** What somebody may do. Each route of the HTTP interface names the one that it needs. */
export const permissions = [
  'read',
  'production.tell',
  'alarms.handle',
  'energy.keep',
  'deliveries.handle',
  'configuration.reload',
  'audit.read',
  'users.manage',
  'tokens.manage',
] as const;
export type Permission = (typeof permissions)[number];

const permissionsByRole: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: ['read'],
  operator: ['read', 'production.tell', 'alarms.handle'],
  energyManager: ['read', 'alarms.handle', 'energy.keep'],
  admin: permissions,
};

/** What nobody gets without signing in, also where nothing else asks for it: they decide who may come in. */
const neverOpen = new Set<Permission>(['users.manage', 'tokens.manage']);

export const permissionsOf = (role: Role): readonly Permission[] => permissionsByRole[role];

/** Who may, from the least role on. */
export const rolesWith = (permission: Permission): readonly Role[] =>
  roles.filter((role) => permissionsByRole[role].includes(permission));

export type AuthMode = 'token' | 'read-only' | 'none';

/** What those may who have not signed in. */
export const openPermissions = (mode: AuthMode): readonly Permission[] => {
  if (mode === 'token') return [];
  return mode === 'read-only' ? ['read'] : permissions.filter((one) => !neverOpen.has(one));
};

export const roleNames: Readonly<Record<Role, LocalText>> = {
  viewer: { en: 'viewer', zh: '查看者' },
  operator: { en: 'operator', zh: '操作员' },
  energyManager: { en: 'energy manager', zh: '能源管理员' },
  admin: { en: 'admin', zh: '管理员' },
};

export const permissionNames: Readonly<Record<Permission, LocalText>> = {
  read: { en: 'looking at data', zh: '查看数据' },
  'production.tell': { en: 'telling what production did', zh: '报送生产消息' },
  'alarms.handle': { en: 'handling alarms', zh: '处理报警' },
  'energy.keep': { en: 'keeping energy accounts and factors', zh: '维护能源账目与因子' },
  'deliveries.handle': {
    en: 'sending or dropping what outputs refused',
    zh: '重发或丢弃输出拒收的数据',
  },
  'configuration.reload': { en: 'reloading the configuration', zh: '重新加载配置' },
  'audit.read': { en: 'reading the audit log', zh: '查看审计日志' },
  'users.manage': { en: 'managing users', zh: '管理用户' },
  'tokens.manage': { en: 'managing tokens', zh: '管理令牌' },
};

/** The roles that may, as people read it. */
export const roleList = (permission: Permission): LocalText => {
  const names = rolesWith(permission).map((role) => roleNames[role]);
  return {
    en: names.map(({ en }) => en).join(', '),
    zh: names.map(({ zh }) => zh).join('、'),
  };
};
