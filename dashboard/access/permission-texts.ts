import type { Permission } from '../api/types.ts';
import type { Language } from '../shell/language.ts';

export const permissionTexts = {
  read: { en: 'Look at data', zh: '查看数据' },
  'production.tell': { en: 'Tell what production did', zh: '报送生产消息' },
  'alarms.handle': { en: 'Handle alarms', zh: '处理报警' },
  'energy.keep': { en: 'Keep energy accounts and factors', zh: '维护能源账目与因子' },
  'deliveries.handle': {
    en: 'Send again or drop what outputs refused',
    zh: '重发或丢弃输出拒收的数据',
  },
  'configuration.reload': { en: 'Reload the configuration', zh: '重新加载配置' },
  'audit.read': { en: 'Read the audit log', zh: '查看审计日志' },
  'users.manage': { en: 'Manage users', zh: '管理用户' },
  'tokens.manage': { en: 'Manage tokens', zh: '管理令牌' },
} as const satisfies Readonly<Record<Permission, Readonly<Record<Language, string>>>>;
